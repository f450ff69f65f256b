import { formText } from "#core/answer/form-text.ts";
import { type FormInput, type InputForm, isFormExpired } from "#core/answer/pause.ts";
import { sentences } from "#core/answer/sentences.ts";
import { isMessageType } from "#core/bot/event-type.ts";
import { messageText, writtenText } from "#core/message/message-text.ts";
import { wellFormed } from "#core/shared/well-formed.ts";
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

const isOpen = ({ closedAt }: ConversationPause): boolean => closedAt === undefined;

const continueStep = (
  continues: NonNullable<Turn["continues"]>,
  turnId: string,
  pauses: readonly ConversationPause[],
): PauseStep => {
  if (continues.by === "check") {
    const paused = pauses.find(({ id, isOver }) => id === continues.pauseId && !isOver);
    return paused ? { do: "resume", paused, input: undefined } : nothing;
  }
  const paused = pauses.find(({ pause: { form } }) => form?.id === continues.input.formId);
  return paused?.turnIds.includes(turnId) && isOpen(paused)
    ? { do: "resume", paused, input: continues.input }
    : nothing;
};

/** A message as the reply to a form: without a quoted message, which may be the form. */
const replyOf = ({ bot, event, files: ownFiles = [] }: Turn, { files }: QuestionContent) => ({
  text: wellFormed(messageText(bot, event) ?? writtenText(event) ?? ""),
  files: event.data.objectName === "RC:ReferenceMsg" ? ownFiles : files,
});

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

  // The process that ran this turn died after the answer had paused.
  const own = pauses.find(({ turnIds: [first] }) => first === turn.id);
  if (own && isOpen(own) && hasForm(own)) {
    return { do: "prompt", paused: own, prompt: formText(own.pause.form) };
  }

  const reply = replyOf(turn, content);
  if (reply.text === "" && reply.files.length === 0) return ask;
  const withForm = pauses.filter(hasForm);
  // Sent before the form's answer arrived, so it does not reply to what came after it.
  const isRepeated = withForm.some(
    ({ pause: { form }, closedAt }) =>
      closedAt !== undefined && turn.acceptedAt <= closedAt && findAction(form, reply.text) !== undefined,
  );
  if (isRepeated) return { do: "say", sentence: sentences.alreadyAnswered };
  // A message that was sent before the form was shown does not reply to it.
  const paused = withForm.findLast((each) => isOpen(each) && each.openedAt < turn.acceptedAt);
  if (!paused) return ask;
  const { form } = paused.pause;
  if (isFormExpired(form, now)) {
    const isReply = findAction(form, reply.text) !== undefined;
    return isReply ? { do: "say", sentence: sentences.formExpired } : ask;
  }
  const read = readFormReply(form, paused.values, reply);
  switch (read.status) {
    case "question": {
      const quoted = content.text.endsWith(reply.text) ? content.text.slice(0, -reply.text.length) : "";
      return { do: "ask", content: { ...content, text: quoted + read.text } };
    }
    case "incomplete":
      return { do: "prompt", paused: { ...paused, values: read.values }, prompt: read.prompt };
    case "complete":
      return { do: "resume", paused, input: read.input };
  }
};
