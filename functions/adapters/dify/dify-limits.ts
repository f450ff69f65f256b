/** How long Dify is waited for, in milliseconds (docs/spec/dify.md, decision 4). */
export interface DifyLimits {
  /** Until the connection stands. */
  readonly connectMs: number;
  /** Until the answer's head: a chat app sends it with its first ping, after 10 s. */
  readonly headMs: number;
  /** Without a byte of any kind once a run has begun; a ping is one, and comes every 10 s. */
  readonly silenceMs: number;
  /** Without a word of a run, before Dify is asked whether it has the conversation that the run continues. */
  readonly unstartedMs: number;
  /** Without a byte of a run that has begun (two pings are missing), before Dify is asked what has become of it. */
  readonly quietMs: number;
  /** For the twin of a terminal event, and where the twin has the right text. */
  readonly twinMs: number;
  readonly correctionMs: number;
  /** For the body of a refusal, and for any answer that is no run's. */
  readonly refusalMs: number;
  /** Between two questions about a run or a conversation; doubled each time, up to the second. */
  readonly lookMs: number;
  readonly maxLookMs: number;
}

export const difyLimits: DifyLimits = {
  connectMs: 5_000,
  headMs: 60_000,
  silenceMs: 60_000,
  unstartedMs: 10_000,
  quietMs: 25_000,
  twinMs: 1_000,
  correctionMs: 10_000,
  refusalMs: 5_000,
  lookMs: 2_000,
  maxLookMs: 30_000,
};
