import { type Call, signedForm } from "../command/call.ts";
import type { Values } from "../values.ts";

export const messageRoutePath = "/callbacks/rongcloud/messages";
export const botEventsPath = "/callbacks/rongcloud/bot-events";

/**
 * What RongCloud's full message route sends, signed in the headers instead of the query, as the bridge accepts too. Without a
 * `msgUID` the bridge identifies the message by its time, so that each copy of the command is a message of its own.
 */
export const testCallback = ({ testUserId, realBotId }: Values, sentAt: number): Call =>
  signedForm(
    messageRoutePath,
    {
      fromUserId: testUserId,
      toUserId: realBotId,
      channelType: "PERSON",
      objectName: "RC:TxtMsg",
      msgTimestamp: String(sentAt),
      content: JSON.stringify({ content: "Hello from the route" }),
    },
    // A terminal shows the reply, not the page.
    {},
  );
