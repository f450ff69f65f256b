import type { FormInput, InputForm } from "#core/answer/pause.ts";
import { sentences } from "#core/answer/sentences.ts";
import { isMessageType } from "#core/bot/event-type.ts";
import { messageText, writtenText } from "#core/message/message-text.ts";
import type { ConversationPause } from "./conversation-pause.ts";
import { findAction, readFormReply } from "./form-reply.ts";
import type { QuestionContent } from "./question.ts";
import type { Turn } from "./turn.ts";

/** What a turn does in a conversation in which answers wait for human input. */
export type PauseStep =
  | { readonly do: "ask"; readonly content: QuestionContent }
  /** `input` undefined: check whether the answer has continued. */
  | { readonly do: "resume"; readonly paused: ConversationPause; readonly input: FormInput | undefined }
  /** More of the form is needed: `prompt` asks for it. */
  | { readonly do: "prompt"; readonly paused: ConversationPause; readonly prompt: string }
  | { readonly do: "say"; readonly sentence: string }
  /** The answer to continue does not wait any more. */
  | { readonly do: "nothing" };

const nothing: PauseStep = { do: "nothing" };

type WithForm = ConversationPause & { readonly pause: { readonly form: InputForm } };
const hasForm = (paused: ConversationPause): paused is WithForm => paused.pause.form !== undefined;

const isExpired = ({ pause: { form } }: WithForm, now: number): boolean =>
  form.expiresAt !== undefined && form.expiresAt <= now;

const continueStep = (
  continues: NonNullable<Turn["continues"]>,
  turnId: string,
  pauses: readonly ConversationPause[],
): PauseStep => {
  if (continues.by === "check") {
    const paused = pauses.find(({ id, closedAt }) => id === continues.pauseId && closedAt === undefined);
    return paused ? { do: "resume", paused, input: undefined } : nothing;
  }
  const paused = pauses.find(({ pause: { form } }) => form?.id === continues.input.formId);
  return paused?.turnId === turnId && paused.closedAt === undefined
    ? { do: "resume", paused, input: continues.input }
    : nothing;
};

/** The text as the user wrote it: without a quoted message, which may be the form. */
const replyText = ({ bot, event }: Turn): string => messageText(bot, event) ?? writtenText(event) ?? "";

/** Decides whether a message belongs to the latest open form. */
export const pauseStepOf = (
  turn: Turn,
  content: QuestionContent | undefined,
  pauses: readonly ConversationPause[],
  now: number,
): PauseStep => {
  if (turn.continues) return continueStep(turn.continues, turn.id, pauses);
  if (!content) return nothing;
  const ask: PauseStep = { do: "ask", content };
  if (!isMessageType(turn.event.type)) return ask;
  const withForm = pauses.filter(hasForm);
  const text = replyText(turn);
  // Sent before the form's answer arrived, so it does not reply to what came after it.
  const isRepeated = withForm.some(
    ({ pause: { form }, closedAt }) =>
      closedAt !== undefined &&
      turn.event.data.msgTimestamp <= closedAt &&
      findAction(form, text) !== undefined,
  );
  if (isRepeated) return { do: "say", sentence: sentences.alreadyAnswered };
  const paused = withForm.findLast(({ closedAt }) => closedAt === undefined);
  if (!paused) return ask;
  const { form } = paused.pause;
  if (isExpired(paused, now)) {
    const isReply = findAction(form, text) !== undefined;
    return isReply ? { do: "say", sentence: sentences.formExpired } : ask;
  }
  const reply = readFormReply(form, paused.values, { text, files: content.files });
  switch (reply.status) {
    case "question":
      return { do: "ask", content: { ...content, text: reply.text } };
    case "incomplete":
      return { do: "prompt", paused: { ...paused, values: reply.values }, prompt: reply.prompt };
    case "complete":
      return { do: "resume", paused, input: reply.input };
  }
};
