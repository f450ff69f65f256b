import * as v from "valibot";
import { lenient, lenientList } from "#adapters/model-api/lenient.ts";
import { parsePythonJson } from "#adapters/model-api/python-json.ts";
import { answerMetadata } from "./answer-metadata.ts";
import { difyFile } from "./dify-file.ts";
import { difyForm } from "./dify-form.ts";
import { difyId as id } from "./dify-ids.ts";
import { runOutputs } from "./run-outputs.ts";

const text = v.string();
/** In every event of a chat, except that an error may have no task id; in those of a workflow, the task id (docs/spec/dify.md, A3). */
export const answerIds = v.object({ conversation_id: id, message_id: id, task_id: id });
const outputs = v.fallback(v.nullish(runOutputs, {}), {});

/**
 * The events that the bridge handles (docs/spec/dify.md, A3). Others, such as events of newer versions, are ignored.
 */
const difyEvents = [
  v.object({ event: v.literal("message"), answer: text }),
  v.object({ event: v.literal("agent_message"), answer: text }),
  v.object({ event: v.literal("text_chunk"), data: v.object({ text }) }),
  v.object({ event: v.literal("reasoning_chunk"), data: v.object({ reasoning: text }) }),
  v.object({ event: v.literal("agent_thought") }),
  v.object({
    event: v.literal("message_file"),
    // After an assistant's file, the text chunks of a chat app have this event name, with `answer` (1.14.2).
    answer: lenient(text),
    belongs_to: lenient(text),
    type: lenient(text),
    url: lenient(text),
  }),
  v.object({ event: v.literal("message_replace"), answer: text }),
  v.object({ event: v.literal("text_replace"), data: v.object({ text }) }),
  v.object({
    event: v.literal("message_end"),
    metadata: answerMetadata,
    files: lenientList(difyFile),
  }),
  v.object({
    event: v.literal("workflow_started"),
    workflow_run_id: id,
    // `reason` exists since runs continue without their client (1.13).
    data: v.fallback(v.optional(v.object({ reason: lenient(text) }), {}), {}),
  }),
  v.object({ event: v.literal("node_retry"), data: lenient(v.object({ node_type: lenient(text) })) }),
  v.object({ event: v.literal("node_finished"), data: v.object({ status: v.string() }) }),
  v.object({
    event: v.literal("workflow_finished"),
    data: v.object({
      status: v.string(),
      outputs,
      error: lenient(text),
      total_tokens: lenient(v.number()),
      total_steps: lenient(v.number()),
    }),
  }),
  v.object({
    event: v.literal("human_input_required"),
    workflow_run_id: id,
    data: lenient(difyForm),
  }),
  // The reasons are the forms again.
  v.object({
    event: v.literal("workflow_paused"),
    workflow_run_id: id,
    data: lenient(v.object({ reasons: lenientList(difyForm) })),
  }),
  // Failures before the run have no code from 1.15 on.
  v.object({
    event: v.literal("error"),
    code: v.fallback(v.optional(text, "unknown"), "unknown"),
    message: v.fallback(v.optional(text, ""), ""),
  }),
] as const;

type DifyEventSchema = (typeof difyEvents)[number];
export type DifyEvent = v.InferOutput<DifyEventSchema> & v.InferOutput<typeof answerIds>;

/** By name: a variant would compare each event with all of them. */
const schemas = new Map<unknown, DifyEventSchema>(
  difyEvents.map((schema) => [schema.entries.event.literal, schema]),
);

const eventOf = (value: unknown): DifyEvent | undefined => {
  if (typeof value !== "object" || value === null || !("event" in value)) return undefined;
  const schema = schemas.get(value.event);
  if (!schema) return undefined;
  const parsed = v.safeParse(schema, value);
  return parsed.success ? parsed.output : undefined;
};

/** Parses a `data:` line without its ids; undefined if it is malformed or an event that the bridge does not handle. */
export const parseDifyEvent = (data: string): DifyEvent | undefined => eventOf(parsePythonJson(data));

/** The same with the ids. All events of an answer have the same ones, which take longer to parse than a piece of text. */
export const parseDifyEventAndIds = (data: string): DifyEvent | undefined => {
  const value = parsePythonJson(data);
  const event = eventOf(value);
  return event && { ...event, ...v.parse(answerIds, value) };
};
