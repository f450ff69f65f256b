import type { HttpResponse } from "#adapters/http/http-client.ts";
import type { AnswerEvent, AnswerOutcome } from "#core/answer/answer.ts";
import { failed } from "./failures.ts";
import { passEvents } from "./pass-events.ts";
import { readBody } from "./read-body.ts";
import type { ReadingPorts } from "./read-events.ts";

/** The limit for an answer in one body. Its text may be escaped, with six bytes for a character. */
const maxAnswerBytes = 8 * 1024 * 1024;

export interface ReadWholePorts extends ReadingPorts {
  /** Takes the body, and returns the resulting answer events; undefined if it is not an answer. */
  readonly take: (body: string) => readonly AnswerEvent[] | undefined;
}

/**
 * Reads an answer that comes in one body instead of a stream. Resolves with the failure, or undefined if the answer has been
 * passed on.
 * @throws what the listener throws.
 */
export const readWhole = async (
  response: HttpResponse,
  { take, clock, deadline, listener, ended }: ReadWholePorts,
): Promise<AnswerOutcome | undefined> => {
  const limits = { maxBytes: maxAnswerBytes, timeoutMs: Math.max(0, deadline - clock.now()) };
  const body = await readBody(response, limits, { clock, ended });
  if (body === undefined) {
    return ended.signal.aborted ? failed("timeout", false, "timed out") : { status: "incomplete" };
  }
  // It was cut off, and is not JSON.
  if (Buffer.byteLength(body) >= maxAnswerBytes) return { status: "incomplete" };
  const events = take(body);
  if (!events) return failed("unavailable", false, "the response body is not an answer");
  await passEvents(events, listener, { clock, deadline, signal: ended.signal });
  return undefined;
};
