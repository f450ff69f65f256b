import type { JsonObject, JsonValue } from "../json.ts";
import type { Failure } from "./steps.ts";
import type { Turn } from "./turn.ts";

/** A3: the keys on every event, by the kind of app: a workflow has neither message nor conversation. */
const identity = (turn: Turn): JsonObject => ({
  ...(turn.conversation === undefined ? {} : { conversation_id: turn.conversation.id }),
  ...(turn.messageId === undefined ? {} : { message_id: turn.messageId, created_at: turn.createdAt }),
});

export const chatEvent = (turn: Turn, event: string, fields: JsonObject): JsonObject => ({
  event,
  ...identity(turn),
  task_id: turn.taskId,
  ...fields,
});

/** An event about the run of a chatflow or a workflow. */
export const runEvent = (turn: Turn, event: string, data: JsonObject): JsonObject =>
  turn.messageId === undefined
    ? { event, workflow_run_id: turn.runId, task_id: turn.taskId, data }
    : { ...chatEvent(turn, event, {}), workflow_run_id: turn.runId, data };

/** A3: the one event without a task. */
export const errorEvent = (turn: Turn, { code, status, message }: Failure): JsonObject => ({
  event: "error",
  ...identity(turn),
  code,
  status,
  message,
});

const idField = (turn: Turn): JsonObject => ({ id: turn.messageId ?? "" });

export const messageEvent = (turn: Turn, answer: string, selector: readonly string[] | null): JsonObject =>
  chatEvent(turn, "message", { ...idField(turn), answer, from_variable_selector: selector });

export const agentMessageEvent = (turn: Turn, answer: string): JsonObject =>
  chatEvent(turn, "agent_message", { ...idField(turn), answer });

export const messageReplaceEvent = (turn: Turn, answer: string, reason: string): JsonObject =>
  chatEvent(turn, "message_replace", {
    answer,
    ...(turn.app.traits.shape === "1.x" ? { reason } : {}),
  });

export const messageEndEvent = (turn: Turn, metadata: JsonObject, files: JsonValue): JsonObject =>
  chatEvent(turn, "message_end", { ...idField(turn), metadata, files });

export const reasoningEvent = (turn: Turn, reasoning: string, isFinal: boolean): JsonObject =>
  chatEvent(turn, "reasoning_chunk", {
    data: { message_id: turn.messageId ?? "", reasoning, node_id: "llm", is_final: isFinal },
  });
