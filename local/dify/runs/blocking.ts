import type { HttpReply } from "../http/http-reply.ts";
import { spacedReply } from "../http/http-reply.ts";
import { refusal } from "../http/refusal.ts";
import type { JsonObject } from "../json.ts";
import type { Run } from "./run.ts";
import type { Outcome } from "./steps.ts";
import type { Turn } from "./turn.ts";

// A2: the run's data without what only the stream tells.
const workflowBody = (turn: Turn, run: JsonObject): JsonObject => {
  const {
    sequence_number: _sequence,
    created_by: _creator,
    exceptions_count: _count,
    files: _files,
    ...data
  } = run;
  return { task_id: turn.taskId, workflow_run_id: turn.runId, data };
};

const messageBody = (turn: Turn, event: string, fields: JsonObject): JsonObject => ({
  event,
  task_id: turn.taskId,
  id: turn.messageId ?? "",
  message_id: turn.messageId ?? "",
  ...(turn.conversation === undefined ? {} : { conversation_id: turn.conversation.id }),
  mode: turn.app.profile.mode,
  ...fields,
  created_at: turn.createdAt,
});

const replyFor = (turn: Turn, outcome: Outcome): HttpReply => {
  const send = (body: JsonObject): HttpReply => spacedReply(turn.app.traits.jsonContentType, body);
  const isWorkflow = turn.messageId === undefined;
  switch (outcome.kind) {
    case "answered":
      return isWorkflow
        ? send(workflowBody(turn, outcome.run ?? {}))
        : send(messageBody(turn, "message", { answer: outcome.answer, metadata: outcome.metadata }));
    case "failed":
      // A2: a failed workflow is a 200, a failed chatflow is not.
      if (isWorkflow && outcome.run !== undefined) return send(workflowBody(turn, outcome.run));
      throw refusal(outcome.failure.status, outcome.failure.code, outcome.failure.message);
    case "paused":
      return isWorkflow
        ? send(workflowBody(turn, outcome.data))
        : send({
            ...messageBody(turn, "workflow_paused", { answer: "", metadata: {} }),
            workflow_run_id: turn.runId,
            data: outcome.data,
          });
    case "nothing":
      return { kind: "destroyed" };
  }
};

/** A2: a run answered in one piece, once it is over. */
export const blockingReply = async (run: Run): Promise<HttpReply> => {
  const outcome = await run.firstOutcome;
  return outcome === undefined ? { kind: "destroyed" } : replyFor(run.turn, outcome);
};
