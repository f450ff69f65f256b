import * as v from "valibot";
import type { TurnReply } from "#adapters/api-gateway/turn-reply.ts";
import type { Call } from "../command/call.ts";
import { setValue } from "../guide-state.ts";
import type { RunContext, StepResult } from "../step.ts";
import { watchMessage } from "./load-turns.ts";
import { isGood, isRunning } from "./outcomes.ts";
import { sendSigned } from "./send-call.ts";

/** To a user or to a group: the step names a single target. */
const receipts = v.object({ messageUIDs: v.tuple([v.object({ messageUID: v.string() })]) });

export interface MessageTexts {
  /** While the bridge works on it. */
  readonly accepted: string;
  readonly triggered: (integrations: string) => string;
  readonly triggeredNothing: string;
  readonly stillRunning: string;
  readonly hasFailed: string;
}

const meaningOf = (turns: readonly TurnReply[], texts: MessageTexts): string => {
  if (turns.length === 0) return texts.triggeredNothing;
  if (turns.some(isRunning)) return texts.stillRunning;
  return turns.every(isGood)
    ? texts.triggered(turns.map(({ integration }) => integration).join(" + "))
    : texts.hasFailed;
};

/** Sends a user's message, then shows which integrations it triggered and how they ended. */
export const sendMessage = async (
  call: Call,
  { values, signal, show }: RunContext,
  texts: { readonly value: MessageTexts },
): Promise<StepResult> => {
  const reply = await sendSigned(call, signal);
  const [{ messageUID }] = v.parse(receipts, reply).messageUIDs;
  const accepted = { reply, meaning: () => texts.value.accepted };
  show(accepted);
  const turns = await watchMessage(
    { msgUID: messageUID, fromUserId: values.userId },
    { signal, show: (known) => show({ ...accepted, turns: known }) },
  );
  const [latest] = turns.filter(({ integration }) => integration !== "webhook");
  if (latest) setValue("turn", latest.turn);
  return {
    reply,
    turns,
    meaning: () => meaningOf(turns, texts.value),
    isFailed: !(turns.length > 0 && turns.every(isGood)),
  };
};
