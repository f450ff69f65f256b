/** The events that RongCloud sends to a bot (docs/spec/rongcloud.md, section 5). */
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

/** The events that trigger an integration without `events` of its own. */
export const defaultEvents: readonly EventType[] = ["message:private", "message:group_mentioned"];

/** Whether the event is a new message; the others report what happened to a message or in a group. */
export const isMessageType = (type: EventType): boolean =>
  type === "message:private" || type === "message:group_mentioned";

/** The event of a test, which is not an event of a bot: an app's server accepts it and does nothing. */
export const pingType = "bridge:ping";
