interface Closable {
  close(): Promise<void>;
}

export interface Shutdown {
  /** Notes what is being started, to be closed whenever it has started. */
  track<Part extends Closable>(starting: Promise<Part>): Promise<Part>;
  /** Closes the last started first. */
  close(): Promise<void>;
}

export const makeShutdown = (): Shutdown => {
  const parts: Promise<Closable>[] = [];
  return {
    track(starting) {
      parts.push(starting);
      return starting;
    },
    async close() {
      const settled = await Promise.allSettled(parts.splice(0));
      for (const part of settled.reverse()) {
        if (part.status === "fulfilled") await part.value.close();
      }
    },
  };
};
