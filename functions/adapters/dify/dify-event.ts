import * as v from "valibot";

const text = v.string();
const ids = { conversation_id: v.optional(v.string()) };

/**
 * The events that a bridge acts on (docs/spec/dify.md, A3). All others, the ones that tell of nodes and the ones
 * that new versions bring, are passed over.
 */
const difyEvent = v.variant("event", [
  v.object({ event: v.literal("message"), answer: text, ...ids }),
  v.object({ event: v.literal("agent_message"), answer: text, ...ids }),
  // Once an assistant file exists, the text chunks of a chat app carry this name, with `answer` (1.14.2).
  v.object({ event: v.literal("message_file"), answer: text, ...ids }),
  v.object({ event: v.literal("agent_thought"), ...ids }),
  v.object({ event: v.literal("message_replace"), answer: text, ...ids }),
  v.object({ event: v.literal("message_end"), ...ids }),
  v.object({ event: v.literal("text_chunk"), data: v.object({ text }) }),
  v.object({ event: v.literal("workflow_started"), ...ids }),
  v.object({
    event: v.literal("workflow_finished"),
    data: v.object({ status: v.string(), outputs: v.nullish(v.record(v.string(), v.unknown()), {}) }),
    ...ids,
  }),
  v.object({ event: v.literal("workflow_paused"), ...ids }),
  // Pre-run failures of 1.15 and later come without a code.
  v.object({ event: v.literal("error"), code: v.optional(v.string(), "unknown"), ...ids }),
]);

export type DifyEvent = v.InferOutput<typeof difyEvent>;

const dataLine = v.pipe(v.string(), v.parseJson(), difyEvent);

/** The event that one `data:` line holds, or undefined for one that is broken or not ours to act on. */
export const parseDifyEvent = (data: string): DifyEvent | undefined => {
  const parsed = v.safeParse(dataLine, data);
  return parsed.success ? parsed.output : undefined;
};
