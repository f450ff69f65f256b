/** A response sent instead of handling a call. */
export interface ForcedAnswer {
  readonly status: number;
  readonly code: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** How the IM deviates from accepting calls. */
export interface Fault {
  /** Path of the affected calls; omitted: any. */
  readonly path?: string;
  /** "lost_reply": the call is handled, but its connection breaks before the response. */
  readonly by: "lost_reply" | ForcedAnswer;
  /** Number of affected calls. Default: one, or all calls within `forMs`. */
  readonly times?: number;
  /** Duration in milliseconds from now; omitted: until it is used up. */
  readonly forMs?: number;
}

export interface Faults {
  /** Appends faults to those already set. */
  readonly force: (...faults: readonly Fault[]) => void;
  /** Returns the fault for the next call to this path and counts it against `times`. */
  readonly take: (path: string) => Fault["by"] | undefined;
}

interface ActiveFault {
  readonly fault: Fault;
  readonly until: number;
  remaining: number;
}

export const makeFaults = (now: () => number): Faults => {
  let active: ActiveFault[] = [];
  return {
    force: (...faults) => {
      for (const fault of faults) {
        const { forMs, times = forMs === undefined ? 1 : Number.POSITIVE_INFINITY } = fault;
        active.push({ fault, remaining: times, until: now() + (forMs ?? Number.POSITIVE_INFINITY) });
      }
    },
    take: (path) => {
      active = active.filter(({ remaining, until }) => remaining > 0 && now() < until);
      const found = active.find(({ fault }) => fault.path === undefined || fault.path === path);
      if (!found) return undefined;
      found.remaining -= 1;
      return found.fault.by;
    },
  };
};
