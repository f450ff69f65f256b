import type { HttpResponse } from "#adapters/http/http-client.ts";
import type { AnswerEvent, AnswerOutcome } from "#core/answer/answer.ts";
import { failed } from "./failures.ts";
import { passEvents } from "./pass-events.ts";
import { readBody } from "./read-body.ts";
import type { ReadingPorts } from "./read-events.ts";

/** A whole answer in one body. */
const maxAnswerBytes = 16 * 1024 * 1024;

export interface ReadWholePorts extends ReadingPorts {
  /** Takes the body, and returns what it means for the answer; undefined where it is no answer. */
  readonly take: (body: string) => readonly AnswerEvent[] | undefined;
}

/**
 * Reads an answer that comes in one body instead of a stream. Resolves with the failure, or undefined where the answer has been
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
    return ended.signal.aborted ? failed("timeout", false, "no answer in time") : { status: "incomplete" };
  }
  const events = take(body);
  if (!events) return failed("unavailable", false, "the body is no answer");
  await passEvents(events, listener, { clock, deadline, signal: ended.signal });
  return undefined;
};
