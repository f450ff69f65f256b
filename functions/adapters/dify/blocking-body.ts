import * as v from "valibot";
import { lenient, lenientList } from "#adapters/model-api/lenient.ts";
import { pythonJson } from "#adapters/model-api/python-json.ts";
import { answerMetadata } from "./answer-metadata.ts";
import { answerIds, type DifyEvent } from "./dify-event.ts";
import { difyForm } from "./dify-form.ts";
import { difyId as id } from "./dify-ids.ts";
import { runOutputs } from "./run-outputs.ts";

const ids = answerIds.entries;

const messageBody = v.pipe(
  v.object({ event: v.literal("message"), answer: v.string(), metadata: answerMetadata, ...ids }),
  v.transform(({ answer, metadata, event, ...eventIds }): DifyEvent[] => [
    { event, answer, ...eventIds },
    { event: "message_end", metadata, files: [], ...eventIds },
  ]),
);

const reasons = lenientList(difyForm);

/** A chatflow that waits for human input (from 1.14). */
const pausedChat = v.pipe(
  v.object({
    event: v.literal("workflow_paused"),
    answer: lenient(v.string()),
    workflow_run_id: id,
    data: lenient(v.object({ reasons })),
    ...ids,
  }),
  v.transform(({ answer = "", data, event, workflow_run_id, ...eventIds }): DifyEvent[] => [
    { event: "message", answer, ...eventIds },
    { event, workflow_run_id, data, ...eventIds },
  ]),
);

/** A workflow that waits for human input (from 1.14). */
const pausedRun = v.pipe(
  v.object({
    workflow_run_id: id,
    data: v.object({ status: v.literal("paused"), reasons }),
    ...ids,
  }),
  v.transform((run): DifyEvent[] => [{ event: "workflow_paused", ...run }]),
);

const runBody = v.pipe(
  v.object({
    data: v.object({
      status: v.string(),
      outputs: v.nullish(runOutputs, {}),
      error: lenient(v.string()),
      total_tokens: lenient(v.number()),
      total_steps: lenient(v.number()),
    }),
    ...ids,
  }),
  v.transform((run): DifyEvent[] => [{ event: "workflow_finished", ...run }]),
);

const body = v.pipe(v.string(), pythonJson, v.union([messageBody, pausedChat, pausedRun, runBody]));

/**
 * Converts a blocking answer into the events of an equivalent stream (docs/spec/dify.md, A2); undefined if the text is not
 * an answer of Dify.
 */
export const eventsOfBlockingBody = (text: string): DifyEvent[] | undefined => {
  const parsed = v.safeParse(body, text);
  return parsed.success ? parsed.output : undefined;
};
