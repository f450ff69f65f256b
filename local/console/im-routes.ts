import * as v from "valibot";
import { parseJsonBody } from "#adapters/api-gateway/parse-body.ts";
import type { App } from "#core/bot/app.ts";
import type { CallBridge } from "../../functions/console/call-bridge.ts";
import type { ConsoleReply } from "../../functions/console/console-reply.ts";
import type { ConsoleRequest } from "../../functions/console/console-request.ts";
import type { ImFeed } from "./im-feed.ts";

export interface ImRoutesPorts {
  readonly feed: ImFeed;
  readonly callBridge: CallBridge;
  readonly app: Pick<App, "appKey" | "secrets">;
  /** Ends the open streams. */
  readonly closed: AbortSignal;
}

const id = v.string("must be a string");
const sentMessage = v.object({
  fromUserId: id,
  channelType: v.picklist(["PERSON", "GROUP"], "must be PERSON or GROUP"),
  targetId: id,
  text: v.pipe(v.string("must be a string"), v.nonEmpty("must not be empty")),
  mentions: v.optional(v.array(id, "must be an array of user ids"), []),
});
type SentMessage = v.InferOutput<typeof sentMessage>;

/** Of RongCloud's mentions (docs/spec/rongcloud.md, section 8): these users, not everyone. */
const someUsers = 2;

const contentOf = ({ text, mentions }: SentMessage): string =>
  JSON.stringify({
    content: text,
    ...(mentions.length > 0 && { mentionedInfo: { type: someUsers, userIdList: mentions } }),
  });

/** The call that an app's server makes for a user's message. The bridge checks its fields. */
const publishOf = (message: SentMessage): { readonly path: string; readonly body: string } => {
  const { fromUserId, channelType, targetId, mentions } = message;
  const common = { fromUserId, objectName: "RC:TxtMsg", content: contentOf(message) };
  const [path, fields] =
    channelType === "PERSON"
      ? ["/message/private/publish.json", { ...common, toUserId: targetId }]
      : [
          "/message/group/publish.json",
          { ...common, toGroupId: targetId, isMentioned: mentions.length > 0 ? "1" : "0" },
        ];
  return { path, body: new URLSearchParams(fields).toString() };
};

/** The IM as its users see it, and a way to write to it. */
export const makeImRoutes = ({ feed, callBridge, app, closed }: ImRoutesPorts) => ({
  "GET im/events": async (): Promise<ConsoleReply> => ({
    status: 200,
    headers: { "content-type": "text/event-stream" },
    body: feed.open(closed),
  }),
  "POST im/messages": async ({ body, addresses }: ConsoleRequest): Promise<ConsoleReply> => {
    const call = publishOf(parseJsonBody(sentMessage, body));
    const reply = await callBridge({
      app,
      bridgeUrl: addresses.bridgeUrl,
      contentType: "application/x-www-form-urlencoded",
      ...call,
    });
    return { status: reply.status, headers: { "content-type": reply.contentType }, body: reply.body };
  },
});
