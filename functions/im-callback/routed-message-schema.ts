import * as v from "valibot";
import { derivedMessageUID } from "#adapters/rongcloud/derived-message-uid.ts";
import {
  ignoreInvalid,
  messageContent,
  milliseconds,
  objectName,
  userId,
} from "#adapters/rongcloud/message-fields.ts";
import type { IncomingMessage } from "#core/intake/incoming-message.ts";
import { channelTypes } from "#core/message/message-event.ts";
import { idRule, stringOf } from "#core/shared/rules.ts";

/** Channel types without bots: discussions, chat rooms, customer service, notices, public services, ultra groups. */
const otherChannelTypes = [
  "PERSONS",
  "TEMPGROUP",
  "CUSTOMERSERVICE",
  "NOTIFY",
  "MC",
  "MP",
  "ULTRAGROUP",
  "SYSTEM",
] as const;

const isBotChannel = (channelType: string): channelType is IncomingMessage["channelType"] =>
  channelTypes.some((each) => each === channelType);

const idsInJson = v.pipe(v.string(), v.parseJson(), v.array(v.union([v.string(), v.number()])));

/** Parses a JSON array of ids, or ids separated by commas, with or without brackets. */
const idsIn = (text: string): string[] => {
  const parsed = v.safeParse(idsInJson, text, { abortEarly: true });
  const ids = parsed.success ? parsed.output.map(String) : text.replace(/^\s*\[|\]\s*$/g, "").split(",");
  return ids.map((id) => id.trim()).filter(Boolean);
};

/** Group members: one field per id, or one field with several ids. */
const memberIds = v.pipe(
  v.array(v.string()),
  v.transform((sent) => sent.flatMap(idsIn)),
);

export type RoutedMessage =
  | { readonly channelType: "bot"; readonly message: IncomingMessage }
  | { readonly channelType: "other" };

/**
 * A message from the full message route (docs/spec/rongcloud.md, section 9). A message without an id gets one from its sender,
 * target, time and content. `now`: the time for messages without one, in milliseconds since the epoch.
 */
export const routedMessageSchema = (now: number) =>
  v.pipe(
    v.object({
      fromUserId: userId,
      toUserId: userId,
      objectName,
      content: messageContent,
      channelType: v.picklist([...channelTypes, ...otherChannelTypes], "must be a channel type"),
      msgTimestamp: ignoreInvalid(milliseconds),
      msgUID: ignoreInvalid(idRule),
      source: ignoreInvalid(stringOf(1, 64)),
      groupUserIds: v.optional(memberIds, []),
    }),
    v.transform(({ channelType, groupUserIds, msgUID, msgTimestamp, source, ...rest }): RoutedMessage => {
      if (!isBotChannel(channelType)) return { channelType: "other" };
      return {
        channelType: "bot",
        message: {
          ...rest,
          channelType,
          msgTimestamp: msgTimestamp ?? now,
          msgUID: msgUID ?? derivedMessageUID({ ...rest, channelType, msgTimestamp }),
          ...(source !== undefined && { source }),
          directedTo: groupUserIds,
          mentions: true,
        },
      };
    }),
  );

/** Form fields that may be repeated. */
export const repeatableFields = ["groupUserIds"];
