import * as v from "valibot";
import type { TurnReply } from "#adapters/api-gateway/turn-reply.ts";
import { failureCodes, truncationReasons } from "#core/answer/answer.ts";
import { outcomeTexts } from "../../outcome/outcome-texts.ts";

const failureCode = v.picklist(failureCodes);
const truncationReason = v.picklist(truncationReasons);

type Ended = Pick<TurnReply, "outcome" | "code" | "detail">;

/** What the outcome of a turn means and what to do about it, in the chosen language. */
export const explain = ({ outcome, code }: Pick<Ended, "outcome" | "code">) => {
  const { outcomes, failures, truncations } = outcomeTexts.value;
  const { meaning, advice } = outcomes[outcome];
  if (outcome === "failed" && v.is(failureCode, code)) {
    const failure = failures[code];
    return { meaning: `${meaning} ${failure.meaning}`, cause: failure.meaning, advice: failure.advice };
  }
  if (outcome === "truncated" && v.is(truncationReason, code))
    return { meaning: `${meaning} ${truncations[code]}`, cause: truncations[code], advice };
  return { meaning, cause: meaning, advice };
};

/** One line about a turn: why it ended so, with the bridge's own words in brackets. */
export const summaryOf = (turn: Ended): string => {
  const { cause } = explain(turn);
  return turn.detail === undefined ? cause : `${cause} (${turn.detail})`;
};
