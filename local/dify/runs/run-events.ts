import type { JsonObject, JsonValue } from "../json.ts";
import { nowInSeconds } from "../state/conversations.ts";
import { answerFile } from "./answer-file.ts";
import { runEvent } from "./events.ts";
import { startVariables } from "./graph-variables.ts";
import { usage } from "./metadata.ts";
import { answerOutput } from "./script.ts";
import type { Turn } from "./turn.ts";

/** The files that an answer brings: one, where the app is told to bring some. */
export const answerFiles = (turn: Turn): readonly JsonObject[] =>
  turn.behaviour.kind === "files" ? [answerFile(turn)] : [];

const sequence = (turn: Turn, sequenceNumber: number): JsonObject =>
  turn.app.traits.shape === "0.15" ? { sequence_number: sequenceNumber } : {};

export const runStartedEvent = (
  turn: Turn,
  sequenceNumber: number,
  reason: "initial" | "resumption",
): JsonObject =>
  runEvent(turn, "workflow_started", {
    id: turn.runId,
    workflow_id: turn.app.workflowId,
    ...sequence(turn, sequenceNumber),
    inputs: startVariables(turn),
    created_at: turn.createdAt,
    ...(turn.app.traits.detachedRuns ? { reason } : {}),
  });

export interface RunEnd {
  readonly status: "succeeded" | "failed" | "stopped";
  readonly error: string | undefined;
  readonly answer: string;
  readonly totalSteps: number;
}

const outputs = (turn: Turn, { status, answer }: RunEnd): JsonValue => {
  const old = turn.app.traits.shape === "0.15";
  if (status === "failed") return old ? null : {};
  if (turn.app.profile.mode === "workflow") {
    const [picture] = answerFiles(turn);
    return picture ? { text: answer, picture, pictures: [picture] } : { text: answer };
  }
  return { answer: answerOutput(turn, answer), ...(old ? {} : { files: answerFiles(turn) }) };
};

/** The data of `workflow_finished`, which is also what stays of the run. */
export const finishedRun = (turn: Turn, sequenceNumber: number, end: RunEnd): JsonObject => ({
  id: turn.runId,
  workflow_id: turn.app.workflowId,
  ...sequence(turn, sequenceNumber),
  status: end.status,
  outputs: outputs(turn, end),
  error: end.error ?? null,
  elapsed_time: 0.05,
  total_tokens: usage(turn, end.answer).total_tokens ?? 0,
  total_steps: end.totalSteps,
  created_by: { id: turn.endUserId, user: turn.user },
  created_at: turn.createdAt,
  finished_at: nowInSeconds(),
  exceptions_count: end.status === "failed" && turn.app.traits.shape === "1.x" ? 1 : 0,
  files: answerFiles(turn),
});
