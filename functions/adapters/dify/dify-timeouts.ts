/** Timeouts, in milliseconds (docs/spec/dify.md, decision 4). */
export interface DifyTimeouts {
  /** Until the connection is established. */
  readonly connectMs: number;
  /** Until the response headers. A chat app sends them with its first ping, after 10 s. */
  readonly headMs: number;
  /**
   * A chatflow or workflow that waits in a queue (from 1.13 on) sends its head at once, with a ping. Other runs send it with
   * their first event or their first ping, after 10 s.
   */
  readonly quickHeadMs: number;
  /** Without any bytes, once a run has begun. Pings count as bytes and are sent every 10 s. */
  readonly silenceMs: number;
  /** Before a run begins: then Dify is asked whether it has the conversation and accepts the inputs. */
  readonly notBegunMs: number;
  /** Without any bytes of a run that has begun (two pings are missing): then Dify is asked for the run's status. */
  readonly quietMs: number;
  /** For the first ping of a run's events, before a form is submitted. */
  readonly firstPingMs: number;
  /** After the first terminal event, for the second. */
  readonly secondEndMs: number;
  /** The same if the second has the right text. */
  readonly correctionMs: number;
  /** For the body of an error response, and for calls other than questions. */
  readonly refusalMs: number;
  /** For an upload, whose caller waits for 28 s at most. */
  readonly uploadMs: number;
  /** After the stream of a run that ends with its client: Dify notices the client's absence with its next ping, after 10 s. */
  readonly abandonedMs: number;
  /** Between two requests for a run or a conversation; doubled each time, up to the maximum. */
  readonly pollMs: number;
  readonly maxPollMs: number;
}

export const difyTimeouts: DifyTimeouts = {
  connectMs: 5_000,
  headMs: 60_000,
  quickHeadMs: 5_000,
  silenceMs: 60_000,
  notBegunMs: 10_000,
  quietMs: 25_000,
  firstPingMs: 5_000,
  secondEndMs: 1_000,
  correctionMs: 10_000,
  refusalMs: 5_000,
  uploadMs: 20_000,
  abandonedMs: 12_000,
  pollMs: 2_000,
  maxPollMs: 30_000,
};
