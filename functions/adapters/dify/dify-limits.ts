/** How long Dify is waited for, in milliseconds (docs/spec/dify.md, decision 4). */
export interface DifyLimits {
  /** Until the connection stands. */
  readonly connectMs: number;
  /** Until the answer's head. */
  readonly headMs: number;
  /** Without a byte of any kind; a ping is one. */
  readonly silenceMs: number;
  /** With pings alone. */
  readonly pingsOnlyMs: number;
  /** For the twin of a terminal event. */
  readonly twinMs: number;
  /** For the body of a refusal, and for any answer that is no run's. */
  readonly refusalMs: number;
  /** For the result of a run that went on when its stream was cut, and between two looks at it. */
  readonly recoveryMs: number;
  readonly recoveryPauseMs: number;
}

export const difyLimits: DifyLimits = {
  connectMs: 5_000,
  headMs: 60_000,
  silenceMs: 60_000,
  pingsOnlyMs: 120_000,
  twinMs: 1_000,
  refusalMs: 5_000,
  recoveryMs: 60_000,
  recoveryPauseMs: 2_000,
};
