import * as v from "valibot";
import type { ReceivedWebhook } from "../app-server/received-webhook.ts";

const envelope = v.object({
  type: v.string(),
  data: v.optional(v.object({ fromUserId: v.optional(v.string()) })),
});

/** What a webhook brings, and what it is answered where that is not simply 200. */
export const describeWebhook = ({
  envelope: given,
  status,
}: Pick<ReceivedWebhook, "envelope" | "status">): string => {
  const parsed = v.safeParse(envelope, given);
  const from = parsed.success ? parsed.output.data?.fromUserId : undefined;
  const event = parsed.success ? parsed.output.type : "no event";
  const answer = status === 200 ? "" : ` (${status === undefined ? "not answered" : `answered ${status}`})`;
  return `${event}${from === undefined ? "" : ` from ${from}`}${answer}`;
};
