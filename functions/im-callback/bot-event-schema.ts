import * as v from "valibot";
import { derivedMessageUID } from "#adapters/rongcloud/derived-message-uid.ts";
import {
  eventName,
  ignoreInvalid,
  isJson,
  messageContent,
  milliseconds,
  objectName,
  userId,
} from "#adapters/rongcloud/message-fields.ts";
import { isMessageType } from "#core/bot/event-type.ts";
import { maxContentBytes } from "#core/message/message-content.ts";
import { channelTypes, type MessageEvent } from "#core/message/message-event.ts";
import { idRule, oneOf, stringOf } from "#core/shared/rules.ts";

const channelType = oneOf(channelTypes);
const time = ignoreInvalid(milliseconds);
const msgUID = ignoreInvalid(idRule);
const source = ignoreInvalid(stringOf(1, 64));

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

/** RongCloud documents the data of messages only. For other events, all of the data becomes the content if they have none. */
const otherEventData = v.pipe(
  v.looseObject(
    {
      fromUserId: ignoreInvalid(userId),
      toUserId: ignoreInvalid(userId),
      groupId: ignoreInvalid(userId),
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
    content: typeof data.content === "string" && isJson(data.content) ? data.content : JSON.stringify(data),
  })),
  v.check(({ content }) => Buffer.byteLength(content) <= maxContentBytes, `at most ${maxContentBytes} bytes`),
);

const head = { bot: v.object({ userId }, "must be an object"), type: eventName };

/** A message event as RongCloud sends it to a bot. */
export const messageEvent = v.object({ ...head, timestamp: time, data: messageData }, "must be an object");

const otherEvent = v.pipe(
  v.object({ ...head, timestamp: time, data: v.pipe(v.optional(v.unknown(), {}), otherEventData) }),
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

/** A bot event and the bot that it was sent to. */
export interface ReceivedBotEvent {
  readonly botUserId: string;
  readonly event: MessageEvent;
}

type Envelope = v.InferOutput<typeof messageEvent> | v.InferOutput<typeof otherEvent>;

const toReceived = ({ bot, type, timestamp, data }: Envelope, now: number): ReceivedBotEvent => {
  const { fromUserId, toUserId, objectName: name, content, channelType: channel, source: from } = data;
  const common = { fromUserId, toUserId, objectName: name, content, channelType: channel };
  const msgTimestamp = data.msgTimestamp ?? timestamp;
  return {
    botUserId: bot.userId,
    event: {
      type,
      timestamp: timestamp ?? now,
      data: {
        ...common,
        msgTimestamp: msgTimestamp ?? now,
        msgUID: data.msgUID ?? derivedMessageUID({ ...common, msgTimestamp: data.msgTimestamp }),
        ...(from !== undefined && { source: from }),
      },
    },
  };
};

/**
 * An event that RongCloud sends to the webhook of a bot that it hosts (docs/spec/rongcloud.md, sections 6 and 9). An event
 * without an id gets one from its content. `now`: the time for events without one, in milliseconds since the epoch.
 */
export const botEventSchema = (now: number) =>
  v.pipe(
    v.lazy((input) => {
      const parsed = v.safeParse(typed, input);
      return parsed.success && !isMessageType(parsed.output.type) ? otherEvent : messageEvent;
    }),
    v.transform((envelope) => toReceived(envelope, now)),
  );
