import type { JsonObject } from "../json.ts";
import type { Turn } from "./turn.ts";

/** A5: `sys.dialogue_count`, whose first value differs. */
const dialogueCount = ({ app, conversation }: Turn): number =>
  app.traits.firstDialogueCount + (conversation?.turnNumber ?? 1) - 1;

/** The declared inputs and the system's, as the run starts with them. */
export const startVariables = (turn: Turn): JsonObject => {
  const { conversation, query } = turn;
  return {
    ...turn.inputs,
    "sys.files": [],
    "sys.user_id": turn.user,
    "sys.app_id": turn.app.id,
    "sys.workflow_id": turn.app.workflowId,
    "sys.workflow_run_id": turn.runId,
    ...(conversation === undefined ? {} : { "sys.query": query, "sys.dialogue_count": dialogueCount(turn) }),
    ...(conversation !== undefined && turn.app.traits.shape === "0.15"
      ? { "sys.conversation_id": conversation.id }
      : {}),
  };
};

/** As the start node shows them: 1.x adds what it had not told before (R112). */
export const startNodeVariables = (turn: Turn): JsonObject => {
  const variables = startVariables(turn);
  if (turn.app.traits.shape === "0.15") return variables;
  return turn.conversation === undefined
    ? { ...variables, "sys.timestamp": turn.createdAt }
    : { ...variables, "sys.conversation_id": turn.conversation.id };
};
