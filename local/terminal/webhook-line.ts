import * as v from "valibot";
import type { ReceivedWebhook } from "../app-server/received-webhook.ts";

const envelope = v.object({
  type: v.string(),
  data: v.optional(v.object({ fromUserId: v.optional(v.string()) })),
});

/** The event of a webhook, and its response status unless it is 200. */
export const describeWebhook = ({
  envelope: given,
  status,
}: Pick<ReceivedWebhook, "envelope" | "status">): string => {
  const parsed = v.safeParse(envelope, given);
  const from = parsed.success ? parsed.output.data?.fromUserId : undefined;
  const event = parsed.success ? parsed.output.type : "unknown event";
  const answer = status === 200 ? "" : ` (${status === undefined ? "no response" : `response ${status}`})`;
  return `${event}${from === undefined ? "" : ` from ${from}`}${answer}`;
};
