import * as v from "valibot";
import { derivedMessageUID } from "#adapters/rongcloud/derived-message-uid.ts";
import {
  dispensable,
  eventName,
  holdsJson,
  longestContent,
  messageContent,
  milliseconds,
  objectName,
  userId,
} from "#adapters/rongcloud/message-fields.ts";
import { isMessageType } from "#core/bot/event-type.ts";
import { channelTypes, type MessageEvent } from "#core/message/message-event.ts";
import { stringOf } from "#core/shared/rules.ts";

const channelType = v.picklist(channelTypes, `must be one of ${channelTypes.join(", ")}`);
const time = dispensable(milliseconds);
const msgUID = dispensable(stringOf(1, 64));
const source = dispensable(stringOf(1, 64));

const messageData = v.object(
  {
    fromUserId: userId,
    toUserId: userId,
    objectName,
    content: messageContent,
    channelType,
    msgTimestamp: time,
    msgUID,
    source,
  },
  "must be an object",
);

/** Public documents show the data of messages alone: of other events everything is kept, as the content where it has none. */
const happeningData = v.pipe(
  v.looseObject(
    {
      fromUserId: dispensable(userId),
      toUserId: dispensable(userId),
      groupId: dispensable(userId),
      objectName: v.fallback(stringOf(0, 32), ""),
      channelType: v.nullish(channelType),
      msgTimestamp: time,
      msgUID,
      source,
    },
    "must be an object",
  ),
  v.transform((data) => ({
    ...data,
    content:
      typeof data.content === "string" && holdsJson(data.content) ? data.content : JSON.stringify(data),
  })),
  v.check(({ content }) => Buffer.byteLength(content) <= longestContent, `at most ${longestContent} bytes`),
);

const head = { bot: v.object({ userId }, "must be an object"), type: eventName };

/** A message as RongCloud tells a bot of it. */
export const messageEvent = v.object({ ...head, timestamp: time, data: messageData }, "must be an object");

const happening = v.pipe(
  v.object({ ...head, timestamp: time, data: v.pipe(v.optional(v.unknown(), {}), happeningData) }),
  v.transform(({ data, ...rest }) => ({
    ...rest,
    data: {
      ...data,
      fromUserId: data.fromUserId ?? rest.bot.userId,
      toUserId: data.toUserId ?? data.groupId ?? rest.bot.userId,
      channelType:
        data.channelType ?? (rest.type.includes("group") ? ("GROUP" as const) : ("PERSON" as const)),
    },
  })),
);

const typed = v.object({ type: eventName });

/** The bot that is told, and the event. */
export interface ReceivedBotEvent {
  readonly botUserId: string;
  readonly event: MessageEvent;
}

type Envelope = v.InferOutput<typeof messageEvent> | v.InferOutput<typeof happening>;

const toReceived = ({ bot, type, timestamp, data }: Envelope, now: number): ReceivedBotEvent => {
  const { fromUserId, toUserId, objectName: name, content, channelType: channel, source: from } = data;
  const told = { fromUserId, toUserId, objectName: name, content, channelType: channel };
  const msgTimestamp = data.msgTimestamp ?? timestamp;
  return {
    botUserId: bot.userId,
    event: {
      type,
      timestamp: timestamp ?? now,
      data: {
        ...told,
        msgTimestamp: msgTimestamp ?? now,
        msgUID: data.msgUID ?? derivedMessageUID({ ...told, msgTimestamp: data.msgTimestamp }),
        ...(from !== undefined && { source: from }),
      },
    },
  };
};

/**
 * An event that RongCloud tells the webhook of a bot it hosts (docs/spec/rongcloud.md, sections 6 and 9). One without an id
 * is told by what it says. `now`: the time of one that bears none, in milliseconds since the epoch.
 */
export const botEventSchema = (now: number) =>
  v.pipe(
    v.lazy((input) => {
      const parsed = v.safeParse(typed, input);
      return parsed.success && !isMessageType(parsed.output.type) ? happening : messageEvent;
    }),
    v.transform((envelope) => toReceived(envelope, now)),
  );
