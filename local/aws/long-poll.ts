import * as v from "valibot";
import type { QueueActivity } from "./queue-activity.ts";
import type { Answer } from "./upstream.ts";

const receiveSchema = v.pipe(
  v.string(),
  v.parseJson(),
  v.looseObject({
    // SQS's limits; the server rejects other values.
    WaitTimeSeconds: v.pipe(v.number(), v.minValue(1), v.maxValue(20)),
  }),
);
const answerSchema = v.object({ Messages: v.optional(v.array(v.unknown()), []) });

/**
 * Implements a long poll by repeated short polls, so that the server holds no poll of a client that has disconnected.
 */
export const longPoll = async (
  post: (body: Buffer | string) => Promise<Answer>,
  body: Buffer,
  activity: QueueActivity,
  disconnected: AbortSignal,
): Promise<Answer> => {
  const request = v.safeParse(receiveSchema, body.toString());
  if (!request.success) return post(body);
  const deadline = Date.now() + request.output.WaitTimeSeconds * 1000;
  const shortPoll = JSON.stringify({ ...request.output, WaitTimeSeconds: 0 });
  for (;;) {
    const next = activity.wait(disconnected);
    const answer = await post(shortPoll);
    if (!isEmpty(answer) || disconnected.aborted || Date.now() >= deadline) return answer;
    await next;
    if (disconnected.aborted) return answer;
  }
};

const isEmpty = ({ statusCode, body }: Answer): boolean =>
  statusCode === 200 && v.parse(answerSchema, JSON.parse(body.toString())).Messages.length === 0;
