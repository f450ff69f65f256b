/** Everything that RongCloud tells a bot (docs/spec/rongcloud.md, section 5). */
export const eventTypes = [
  "message:private",
  "message:group_mentioned",
  "message:private_recall",
  "message:group_mentioned_recall",
  "message:private_read",
  "message:group_read",
  "group:bot_join",
  "group:bot_left",
  "group:dismiss",
  "group:user_join",
  "group:user_left",
] as const;

export type EventType = (typeof eventTypes)[number];

/** The events that trigger an integration which names none. */
export const defaultEvents: readonly EventType[] = ["message:private", "message:group_mentioned"];

/** Whether somebody said something; the rest is what happened to a message, or in a group. */
export const isMessageType = (type: EventType): boolean =>
  type === "message:private" || type === "message:group_mentioned";
