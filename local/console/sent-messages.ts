import * as v from "valibot";
import { newMessageUID } from "#adapters/rongcloud/message-uid.ts";
import type { ImEvent } from "../im/messages.ts";
import { deliver, fields, groupMessage, privateMessage } from "../im/ordinary-messages.ts";
import { readForm } from "../im/read-call.ts";

/** A copy of a message that the IM has delivered itself. */
const routedMessage = v.pipe(
  v.object({ ...fields, channelType: v.picklist(["PERSON", "GROUP"]), toUserId: v.array(v.string()) }),
  v.transform(({ toUserId, ...rest }) => ({ ...rest, targetIds: toUserId })),
);

const schemas = new Map<string, typeof privateMessage | typeof groupMessage | typeof routedMessage>([
  ["/message/private/publish.json", privateMessage],
  ["/message/group/publish.json", groupMessage],
  ["/callbacks/rongcloud/messages", routedMessage],
]);

const publishReply = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({ messageUIDs: v.array(v.object({ messageUID: v.string() })) }),
);

const givenIds = (replyBody: string): string[] => {
  const reply = v.safeParse(publishReply, replyBody);
  return reply.success ? reply.output.messageUIDs.map(({ messageUID }) => messageUID) : [];
};

/** The messages that a request has sent to the bridge, as the IM shows them. A stand-alone bridge does not pass them on to the IM. */
export const sentMessages = (path: string, requestBody: string, replyBody: string): readonly ImEvent[] => {
  const schema = schemas.get(path);
  const message = schema && v.safeParse(schema, readForm(requestBody));
  if (!message?.success) return [];
  const ids = givenIds(replyBody);
  return deliver(message.output, () => ids.shift() ?? newMessageUID());
};
