interface Closable {
  close(): Promise<void>;
}

export interface Shutdown {
  /** Registers a part that is starting, to be closed once it has started. */
  track<Part extends Closable>(starting: Promise<Part>): Promise<Part>;
  /** Closes all parts in reverse order. */
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
