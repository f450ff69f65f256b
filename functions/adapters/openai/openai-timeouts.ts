/** Timeouts, in milliseconds. */
export interface OpenAiTimeouts {
  /** Until the connection is established. */
  readonly connectMs: number;
  /**
   * Until the first text or reasoning. Many servers send the response's headers only with it, and a model that does not show
   * its reasoning may think for minutes.
   */
  readonly firstTextMs: number;
  /** After that, without any bytes. Comments count as bytes. */
  readonly silenceMs: number;
  /** After that, with comments only. */
  readonly commentsOnlyMs: number;
  /** After the `finish_reason`, for the usage and the end of the stream. */
  readonly closingMs: number;
  /** For the body of an error response. */
  readonly refusalMs: number;
}

export const openAiTimeouts: OpenAiTimeouts = {
  connectMs: 5_000,
  firstTextMs: 300_000,
  silenceMs: 60_000,
  commentsOnlyMs: 120_000,
  closingMs: 5_000,
  refusalMs: 5_000,
};
