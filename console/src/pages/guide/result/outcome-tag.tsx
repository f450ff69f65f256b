import type { TurnReply } from "#adapters/api-gateway/turn-reply.ts";
import { isGood, isRunning } from "../run/outcomes.ts";

const classOf = (turn: TurnReply): string => {
  if (isRunning(turn)) return "tag";
  return isGood(turn) ? "tag good" : "tag bad";
};

/** How a turn has ended, in the API's word. */
export const OutcomeTag = ({ turn }: { turn: TurnReply }) => (
  <span class={classOf(turn)}>{turn.outcome}</span>
);
