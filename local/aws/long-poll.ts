import { setImmediate as turnOfEventLoop } from "node:timers/promises";
import * as v from "valibot";
import type { Answer } from "./fauxqs.ts";

const receiveSchema = v.looseObject({
  // SQS's limits; the server rejects other values.
  WaitTimeSeconds: v.pipe(v.number(), v.minValue(1), v.maxValue(20)),
});
/** fauxqs's answer to a poll that finds nothing. */
const noMessages = "{}";

/**
 * Implements a long poll by repeated short polls, so that the server holds no poll of a client that has disconnected.
 */
export const longPoll = async (
  post: (body: unknown) => Promise<Answer>,
  body: unknown,
  untilActivity: (signal: AbortSignal) => Promise<void>,
  disconnected: AbortSignal,
): Promise<Answer> => {
  const request = v.safeParse(receiveSchema, body);
  if (!request.success) return post(body);
  const deadline = Date.now() + request.output.WaitTimeSeconds * 1000;
  const shortPoll = { ...request.output, WaitTimeSeconds: 0 };
  for (;;) {
    const next = untilActivity(disconnected);
    const answer = await post(shortPoll);
    if (!isEmpty(answer) || disconnected.aborted || Date.now() >= deadline) return answer;
    await next;
    // A client that disconnected just before the activity is noticed first.
    await turnOfEventLoop();
    if (disconnected.aborted) return answer;
  }
};

const isEmpty = ({ statusCode, body }: Answer): boolean => statusCode === 200 && body === noMessages;
