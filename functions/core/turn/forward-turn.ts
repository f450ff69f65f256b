import { type AnswerEvent, type AnswerOutcome, isAnswer } from "#core/answer/answer.ts";
import { answerEnding } from "#core/answer/answer-ending.ts";
import { makeAnswerPipe } from "#core/answer/answer-pipe.ts";
import type { AnswerReceiver, AnswerSink, Delivery } from "#core/answer/answer-sink.ts";
import { type AskLimits, type BotProfile, type Models, modelFor } from "#core/answer/model.ts";
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
import { type QuestionContent, questionOf, toWellFormedFile } from "./question.ts";
import type { Turn } from "./turn.ts";
import { makeTurnProgress, trackText } from "./turn-progress.ts";

export interface ForwardTurnPorts {
  readonly conversations: ConversationStore;
  readonly models: Models;
  readonly clock: Clock;
  readonly log: Log;
  readonly newToken: () => string;
}

export interface TurnReport {
  readonly status: "ended";
  readonly outcome: AnswerOutcome | { readonly status: "unreadable" };
  readonly delivery: Delivery;
  /** Number of calls to the model. */
  readonly modelCalls: number;
  /** When the model sent the first text for the user, in milliseconds since the epoch. */
  readonly firstTextAt: number | undefined;
  /**
   * Stops the model after the user has received the end and the conversation has been released. The process must wait for
   * it before it exits. Never rejects.
   */
  readonly cleanup: Promise<void>;
}

/** "busy": another turn is in progress in the conversation; nothing was sent to the receiver. */
export type ForwardTurn = (
  turn: Turn,
  receiver: AnswerReceiver,
  limits: AskLimits,
) => Promise<TurnReport | ConversationBusy>;

/** How long a stopped turn waits for the model's reference, which a stop request needs, in milliseconds. */
const referenceWaitMs = 5_000;

const stopped: AnswerOutcome = { status: "stopped" };

const whenAborted = (signal: AbortSignal): Promise<AnswerOutcome> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve(stopped);
    else signal.addEventListener("abort", () => resolve(stopped), { once: true });
  });

/**
 * Sends a turn's question to its model and streams the answer to the sink: completely, once and in order. The model is
 * called again only while nothing has reached the sink. If it no longer knows the conversation, a new one is started once,
 * without the user noticing.
 */
export const makeForwardTurn = (ports: ForwardTurnPorts): ForwardTurn => {
  const { models, clock, log } = ports;
  const withConversation = makeWithConversation(ports);
  const askUntilAnswered = makeAskUntilAnswered(ports);

  const rejectUnreadable = async (sink: AnswerSink): Promise<TurnReport> => {
    const sentence = sentences.unreadable;
    const delivery = await sink.end({ status: "failed", sentence, code: "unreadable", retryable: false });
    return {
      status: "ended",
      outcome: { status: "unreadable" },
      delivery,
      modelCalls: 0,
      firstTextAt: undefined,
      cleanup: Promise.resolve(),
    };
  };

  const forward = async (
    turn: Turn,
    { text, files }: QuestionContent,
    conversation: LeasedConversation,
    { sink, observer }: AnswerReceiver,
    { deadline, signal, stop }: AskLimits,
  ): Promise<TurnReport> => {
    const { bot, integration, event } = turn;
    const { options } = integration;
    const model = modelFor(models, integration);
    const ids = { bot: bot.userId, msgUID: event.data.msgUID };
    const progress = makeTurnProgress(conversation.memory);
    /** Aborted once the user has received the end: later events from the model are ignored. */
    const finished = new AbortController();
    const closed = new AbortController();
    // If the other side accepts no more text, the model need not continue.
    const cancelled = stop ? AbortSignal.any([stop, sink.gaveUp]) : sink.gaveUp;
    const limits = {
      deadline,
      signal: AbortSignal.any([signal, conversation.signal, closed.signal]),
      stop: cancelled,
    };
    const referenceKnown = Promise.withResolvers<void>();
    let saving: Promise<void> = Promise.resolve();

    const newPipe = () =>
      makeAnswerPipe(trackText(progress, sink, clock), {
        resolveLink: (url) => model.resolveLink?.(integration, url) ?? url,
        showThinking: options.showThinking === true,
        thinkingTags: options.thinkingTags,
      });
    let pipe = newPipe();

    const saveMemory = (memory: string, startsNew = progress.memory === undefined): void => {
      saving = saving.then(() => conversation.saveMemory(memory, startsNew));
      progress.memory = memory;
    };

    /** Memory of a new conversation that has no answer yet. */
    let unprovenMemory: string | undefined;
    const saveUnprovenMemory = (): void => {
      if (unprovenMemory === undefined) return;
      saveMemory(unprovenMemory, true);
      unprovenMemory = undefined;
    };

    // Not async: the first text must reach the sink in the same tick.
    const handleEvent = (event: AnswerEvent): void | Promise<void> => {
      if (event.type === "begun") {
        progress.reference = event.reference;
        referenceKnown.resolve();
      }
      if (finished.signal.aborted || !conversation.isHeld()) return undefined;
      switch (event.type) {
        case "begun":
          return observer?.onReference?.(event.reference);
        case "memory":
          if (!progress.triesNewConversation) return saveMemory(event.memory, event.startsNew);
          unprovenMemory = event.memory;
          return undefined;
        case "facts":
          progress.facts = event.facts;
          return undefined;
        default:
          return pipe.push(event);
      }
    };
    const newListener = () => {
      pipe = newPipe();
      return handleEvent;
    };

    /** The model may send its reference only now, and may stop late or not at all. */
    const stopModel = async (): Promise<void> => {
      if (!model.stop) return;
      await Promise.race([referenceKnown.promise, clock.sleep(referenceWaitMs, limits.signal)]);
      if (progress.reference === undefined) return;
      await model.stop(integration, progress.reference).catch((error: unknown) => {
        log.warn("model_not_stopped", { ...ids, reason: String(error) });
      });
    };

    /** Sends the buffered text, unless another worker has the turn or the text belongs to an error. */
    const flush = async ({ status }: AnswerOutcome): Promise<void> => {
      const isWanted = status !== "abandoned" && (status !== "failed" || progress.firstTextAt !== undefined);
      if (isWanted) await pipe.end();
      finished.abort();
    };

    observer?.onModelCalled?.();
    const { userId, name, type, profileUrl, metadata } = bot;
    const profile: BotProfile = { userId, name, type, profileUrl, metadata };
    const question = { integration, text, files, bot: profile, event };
    const answering = askUntilAnswered({
      question,
      progress,
      newListener,
      limits,
      finished: finished.signal,
      ids,
    });
    // After a stop the model's outcome does not matter, and no reference will follow it.
    answering.then(
      () => referenceKnown.resolve(),
      () => referenceKnown.resolve(),
    );
    const modelOutcome = await Promise.race([answering, whenAborted(cancelled)]);
    await flush(modelOutcome);
    const outcome: AnswerOutcome =
      modelOutcome.status === "answered" && !progress.hasText
        ? { status: "failed", code: "empty", retryable: false, detail: "the answer has no text" }
        : modelOutcome;
    if (isAnswer(outcome)) saveUnprovenMemory();
    if (options.slidingContext && isAnswer(outcome)) conversation.extend();
    const delivery = await sink.end(
      answerEnding(outcome, { ...progress, sentFiles: files.length > 0 }, options),
    );
    const cleanup = modelOutcome === stopped ? stopModel() : Promise.resolve();
    await saving;
    return {
      status: "ended",
      outcome,
      delivery,
      modelCalls: progress.modelCalls,
      firstTextAt: progress.firstTextAt,
      cleanup: cleanup.finally(() => closed.abort()),
    };
  };

  return (turn, receiver, limits) => {
    const content = questionOf(turn.bot, turn.integration, turn.event);
    if (!content) return rejectUnreadable(receiver.sink);
    const withFiles = { ...content, files: [...content.files, ...(turn.files ?? []).map(toWellFormedFile)] };
    return withConversation(conversationKeyOf(turn), turn.id, (conversation) =>
      forward(turn, withFiles, conversation, receiver, limits),
    );
  };
};
