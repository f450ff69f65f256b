import type { BotProfile } from "#core/answer/model.ts";
import type { MessageEvent } from "#core/message/message-event.ts";

interface Envelope {
  readonly [name: string]: string | number | Envelope | undefined;
}

const flatten = (envelope: Envelope, prefix: string, into: Map<string, string>): Map<string, string> => {
  for (const [name, value] of Object.entries(envelope)) {
    if (value === undefined) continue;
    if (typeof value === "object") flatten(value, `${prefix}${name}_`, into);
    else into.set(`${prefix}${name}`, String(value));
  }
  return into;
};

/**
 * The event's envelope, its names joined by `_`, and each metadata pair also under its own name, so that a Dify app's
 * variable `tone` is filled from metadata `{"tone":…}` (docs/spec/rongcloud.md, section 7). All strings: a text field of
 * Dify refuses a number. Names of the envelope win over those of the metadata.
 */
export const difyInputs = (bot: BotProfile, event: MessageEvent): Record<string, string> => {
  const { userId, name, profileUrl, type, metadata } = bot;
  const envelope = flatten(
    {
      type: event.type,
      timestamp: event.timestamp,
      bot: { userId, name, profileUrl, type },
      data: event.data,
    },
    "",
    new Map(),
  );
  for (const [key, value] of Object.entries(metadata)) envelope.set(`bot_metadata_${key}`, value);
  return Object.fromEntries([...Object.entries(metadata), ...envelope]);
};
