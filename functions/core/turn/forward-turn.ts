import type { AnswerOutcome } from "#core/answer/answer.ts";
import type { AnswerReceiver, AnswerSink } from "#core/answer/answer-sink.ts";
import { formText } from "#core/answer/form-text.ts";
import { type BotProfile, type Models, modelFor } from "#core/answer/model.ts";
import { type FormInput, isFormExpired } from "#core/answer/pause.ts";
import { sentences } from "#core/answer/sentences.ts";
import type { Clock } from "#core/shared/clock.ts";
import type { Log } from "#core/shared/log.ts";
import { makeAskUntilAnswered } from "./ask-until-answered.ts";
import { type ConversationStore, conversationKeyOf } from "./conversation.ts";
import {
  type ConversationBusy,
  type LeasedConversation,
  makeWithConversation,
} from "./conversation-lease.ts";
import type { ConversationPause } from "./conversation-pause.ts";
import { pauseStepOf } from "./pause-step.ts";
import { type QuestionContent, questionOf, toWellFormedFile } from "./question.ts";
import { type AnswerSource, makeStreamAnswer, type TurnLimits, type TurnReport } from "./stream-answer.ts";
import type { Turn } from "./turn.ts";

export interface ForwardTurnPorts {
  readonly conversations: ConversationStore;
  readonly models: Models;
  readonly clock: Clock;
  readonly log: Log;
  readonly newToken: () => string;
}

/** A turn that continues a paused answer, which does not continue now. Nothing was sent to the receiver. */
export interface NotContinuedTurn {
  readonly status: "not_continued";
  /** "running": the rest will come soon. "waiting": nobody has given the input. "finished": there is no such pause any more. */
  readonly reason: "running" | "waiting" | "finished";
}

export interface ForwardLimits extends TurnLimits {
  /**
   * Whether the turn may run, decided while its conversation is opened. Nothing is sent to the receiver before it resolves. If
   * it rejects, the turn rejects with its reason, whatever else failed.
   */
  readonly admission?: Promise<unknown>;
}

/** "busy": another turn is in progress in the conversation; nothing was sent to the receiver. */
export type ForwardTurn = (
  turn: Turn,
  receiver: AnswerReceiver,
  limits: ForwardLimits,
) => Promise<TurnReport | ConversationBusy | NotContinuedTurn>;

/** A client may fill in a form under each turn that asked for it. */
const maxLaterTurnIds = 20;

const answered: AnswerOutcome = { status: "answered" };
const stopped: AnswerOutcome = { status: "stopped" };
const finished: NotContinuedTurn = { status: "not_continued", reason: "finished" };

/** A turn whose model is not called. */
const endedWith = (outcome: TurnReport["outcome"], delivery: TurnReport["delivery"]): TurnReport => ({
  status: "ended",
  outcome,
  delivery,
  modelCalls: 0,
  firstTextAt: undefined,
  cleanup: Promise.resolve(),
});

const rejectUnreadable = async (sink: AnswerSink): Promise<TurnReport> => {
  const sentence = sentences.unreadable;
  const delivery = await sink.end({ status: "failed", sentence, code: "unreadable", retryable: false });
  return endedWith({ status: "unreadable" }, delivery);
};

const say = async ({ sink }: AnswerReceiver, sentence: string): Promise<TurnReport> => {
  await sink.delta(sentence);
  return endedWith(answered, await sink.end({ status: "complete" }));
};

const endStopped = async ({ sink, observer }: AnswerReceiver): Promise<TurnReport> => {
  // Clients expect a start before the end.
  observer?.onModelCalled?.();
  return endedWith(stopped, await sink.end({ status: "stopped" }));
};

const promptUser = async (
  { id }: Turn,
  paused: ConversationPause,
  conversation: LeasedConversation,
  { sink }: AnswerReceiver,
  prompt: string,
): Promise<TurnReport> => {
  const { pause, turnIds } = paused;
  const [first = id, ...later] = turnIds;
  const asked = { ...paused, turnIds: [...new Set([first, ...later.slice(-maxLaterTurnIds), id])] };
  conversation.setPause(asked);
  const delivery = await sink.end({ status: "paused", sentence: prompt, form: pause.form });
  const report = endedWith({ status: "paused", pause }, delivery);
  // Its process died before the answer was known to have paused.
  return first === id ? { ...report, paused: asked } : report;
};

/** After a failure the user can try again, and an answer that is not known in time is looked for. */
const mayContinueLater = ({ outcome: { status }, firstTextAt }: TurnReport): boolean =>
  status === "failed" || status === "abandoned" || (status === "incomplete" && firstTextAt === undefined);

/** Asks for all values again. */
const rejectInput = (
  turn: Turn,
  paused: ConversationPause | undefined,
  conversation: LeasedConversation,
  receiver: AnswerReceiver,
): Promise<TurnReport> => {
  const form = paused?.pause.form;
  if (!form) return say(receiver, sentences.inputRejected);
  const prompt = `${sentences.inputRejected}\n\n${formText(form)}`;
  return promptUser(turn, { ...paused, values: {} }, conversation, receiver, prompt);
};

/**
 * Sends a turn's question to its model and streams the answer to the sink. The model is called again only while nothing has
 * reached the sink. If it no longer knows the conversation, a new one is started once, without the user noticing. While an
 * answer waits for human input, the user's messages fill in its form.
 */
export const makeForwardTurn = (ports: ForwardTurnPorts): ForwardTurn => {
  const { models, clock } = ports;
  const withConversation = makeWithConversation(ports);
  const askUntilAnswered = makeAskUntilAnswered(ports);
  const streamAnswer = makeStreamAnswer(ports);

  const askQuestion = (
    { bot, integration, event }: Turn,
    content: QuestionContent,
    { earlier }: AnswerReceiver,
  ): AnswerSource => {
    const { userId, name, type, profileUrl, metadata } = bot;
    const profile: BotProfile = { userId, name, type, profileUrl, metadata };
    const question = { integration, ...content, bot: profile, event };
    return {
      call: (call) => askUntilAnswered({ ...call, question, earlier }),
      sentFiles: content.files.length > 0,
      emptyText: undefined,
    };
  };

  const continuePaused = (
    { integration }: Turn,
    { pause: { reference, form } }: ConversationPause,
    input: FormInput | undefined,
  ): AnswerSource => {
    const model = modelFor(models, integration);
    // Somebody else who filled in the form may have ended the answer there; nobody did if it has expired.
    const isExpired = form !== undefined && isFormExpired(form, clock.now());
    return {
      call: async ({ progress, newListener, limits }) => {
        if (reference === undefined || !model.resume) return { status: "closed", reason: "expired" };
        progress.modelCalls += 1;
        return model.resume({ integration, reference, input }, newListener(), limits);
      },
      sentFiles: false,
      emptyText: input ? sentences.inputAccepted : isExpired ? sentences.formExpired : "",
    };
  };

  /** `paused`: the answer that the turn continues. */
  const stream = async (
    turn: Turn,
    source: AnswerSource,
    paused: ConversationPause | undefined,
    conversation: LeasedConversation,
    receiver: AnswerReceiver,
    limits: TurnLimits,
  ): Promise<TurnReport | NotContinuedTurn> => {
    const result = await streamAnswer(turn, source, conversation, receiver, limits);
    const change = (changes: Partial<ConversationPause>): void => {
      if (paused) conversation.setPause({ ...paused, ...changes });
    };
    switch (result.status) {
      case "waiting":
        return { status: "not_continued", reason: result.isRunning ? "running" : "waiting" };
      case "closed":
        change({ closedAt: clock.now() });
        return say(
          receiver,
          result.reason === "answered" ? sentences.alreadyAnswered : sentences.formExpired,
        );
      case "rejected":
        return rejectInput(turn, paused, conversation, receiver);
      case "ended": {
        if (mayContinueLater(result)) return result;
        change({ closedAt: paused?.closedAt ?? clock.now(), isOver: true });
        return result;
      }
    }
  };

  return async (turn, receiver, { admission, ...limits }) => {
    const content = questionOf(turn.bot, turn.integration, turn.event);
    if (!content && !turn.continues) {
      await admission;
      return rejectUnreadable(receiver.sink);
    }
    const withFiles = content && {
      ...content,
      files: [...content.files, ...(turn.files ?? []).map(toWellFormedFile)],
    };
    const lease = { id: turn.id, isCounted: turn.continues?.by !== "check", admission };
    return withConversation(conversationKeyOf(turn), lease, async (conversation) => {
      // While the turn waited for its conversation.
      if (limits.stop?.aborted) return endStopped(receiver);
      const step = pauseStepOf(turn, withFiles, conversation.pauses, clock.now());
      switch (step.do) {
        case "ask":
          return stream(
            turn,
            askQuestion(turn, step.content, receiver),
            undefined,
            conversation,
            receiver,
            limits,
          );
        case "resume":
          return stream(
            turn,
            continuePaused(turn, step.paused, step.input),
            step.paused,
            conversation,
            receiver,
            limits,
          );
        case "prompt":
          receiver.observer?.onModelCalled?.();
          return promptUser(turn, step.paused, conversation, receiver, step.prompt);
        case "say":
          receiver.observer?.onModelCalled?.();
          return say(receiver, step.sentence);
        case "nothing":
          return finished;
      }
    });
  };
};
