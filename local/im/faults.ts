/** An answer that is given in the place of taking a call. */
export interface ForcedAnswer {
  readonly status: number;
  readonly code: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** How the IM departs from simply taking calls. */
export interface Fault {
  /** Of the calls that it concerns; without it, of any. */
  readonly path?: string;
  /** "lost_reply": the call is taken, and its connection breaks before the reply. */
  readonly by: "lost_reply" | ForcedAnswer;
  /** For so many calls. Without it, for one, or for as many as come within `forMs`. */
  readonly times?: number;
  /** For so long, in milliseconds from now on; without it, until it is used up. */
  readonly forMs?: number;
}

export interface Faults {
  /** Behind those that were forced before. */
  readonly force: (...faults: readonly Fault[]) => void;
  /** What befalls the next call to this path; a fault is used up by asking. */
  readonly take: (path: string) => Fault["by"] | undefined;
}

interface Forced {
  readonly fault: Fault;
  readonly until: number;
  left: number;
}

export const makeFaults = (now: () => number): Faults => {
  let forced: Forced[] = [];
  return {
    force: (...faults) => {
      for (const fault of faults) {
        const { forMs, times = forMs === undefined ? 1 : Number.POSITIVE_INFINITY } = fault;
        forced.push({ fault, left: times, until: now() + (forMs ?? Number.POSITIVE_INFINITY) });
      }
    },
    take: (path) => {
      forced = forced.filter(({ left, until }) => left > 0 && now() < until);
      const found = forced.find(({ fault }) => fault.path === undefined || fault.path === path);
      if (!found) return undefined;
      found.left -= 1;
      return found.fault.by;
    },
  };
};
