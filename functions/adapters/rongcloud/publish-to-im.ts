import * as v from "valibot";
import type { ForwardCall } from "#core/intake/forward-call.ts";
import type { ImPublishResult } from "#core/intake/publish-message.ts";
import type { ChannelType } from "#core/message/message-event.ts";
import { imTargets } from "./im-targets.ts";

const receipt = v.object({
  userId: v.nullish(v.string()),
  groupId: v.nullish(v.string()),
  messageUID: v.string(),
});
/** The code alone decides whether the message was published. If so, bots must receive it, even if the ids are invalid. */
const published = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({ code: v.literal(200), messageUIDs: v.fallback(v.array(receipt), []) }),
);

export interface FormToPublish {
  readonly appKey: string;
  readonly channelType: ChannelType;
  readonly form: string;
  readonly requestId: string | undefined;
}

export type PublishToIm = (form: FormToPublish) => Promise<ImPublishResult>;

/** Forwards a message to the IM with the original form. */
export const makePublishToIm =
  (forwardCall: ForwardCall): PublishToIm =>
  async ({ appKey, channelType, form, requestId }) => {
    const reply = await forwardCall({
      appKey,
      method: "POST",
      path: imTargets[channelType].publish,
      contentType: "application/x-www-form-urlencoded",
      body: form,
      requestId,
    });
    const parsed = v.safeParse(published, reply.body, { abortEarly: true });
    if (reply.status !== 200 || !parsed.success) return { status: "refused", reply };
    const messageUIDs = parsed.output.messageUIDs.flatMap(({ userId, groupId, messageUID }) => {
      const targetId = userId ?? groupId;
      return typeof targetId !== "string" ? [] : [[targetId, messageUID] as const];
    });
    return { status: "published", messageUIDs: new Map(messageUIDs) };
  };
