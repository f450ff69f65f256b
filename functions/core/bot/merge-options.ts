import * as v from "valibot";
import { anyObject, integerBetween } from "#core/shared/rules.ts";

/** What an omitted field of the option `merge` means. */
export const mergeDefaults = { quietSeconds: 2, maxSeconds: 15, maxMessages: 10 } as const;

const field = (min: number, max: number, value: number, description: string) =>
  v.exactOptional(v.pipe(integerBetween(min, max), v.metadata({ default: value, description })));

export const mergeEntries = {
  quietSeconds: field(
    1,
    30,
    mergeDefaults.quietSeconds,
    "Seconds without another message of the sender, after which the question is asked.",
  ),
  maxSeconds: field(
    1,
    120,
    mergeDefaults.maxSeconds,
    "Seconds after the first message, after which the question is asked even if more messages come.",
  ),
  maxMessages: field(2, 20, mergeDefaults.maxMessages, "How many messages make up a question at most."),
} satisfies Record<keyof typeof mergeDefaults, v.GenericSchema>;

export const mergeSchema = v.pipe(
  anyObject(),
  v.description(
    "Asks messages that a sender in the IM writes one after the other as one question. `{}` turns it on with its defaults. If omitted, each message is a question of its own.",
  ),
  v.strictObject(
    mergeEntries,
    `is not a field of merge; known fields: ${Object.keys(mergeEntries).join(", ")}`,
  ),
);
