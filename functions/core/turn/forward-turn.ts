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
import { type QuestionContent, questionOf } from "./question.ts";
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
  /** How often the model was asked. */
  readonly modelCalls: number;
  /** When the user's first text came from the model, in milliseconds since the epoch. */
  readonly firstTextAt: number | undefined;
  /**
   * Stops the model when the user has had the end and the next turn its conversation. A process that runs turns waits for it
   * before it ends; it never rejects.
   */
  readonly cleanup: Promise<void>;
}

/** "busy": another turn runs in its conversation; the receiver was not touched. */
export type ForwardTurn = (
  turn: Turn,
  receiver: AnswerReceiver,
  limits: AskLimits,
) => Promise<TurnReport | ConversationBusy>;

/** How long a turn that was stopped waits for the name by which the model can be told, in milliseconds. */
const namingMs = 5_000;

const stopped: AnswerOutcome = { status: "stopped" };

const whenAborted = (signal: AbortSignal): Promise<AnswerOutcome> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve(stopped);
    else signal.addEventListener("abort", () => resolve(stopped), { once: true });
  });

/**
 * Takes a turn to its model and the answer to the sink: whole, once, in order, soon. The model is asked again only while
 * nothing has reached the sink; a conversation that it has lost is begun again, once, unseen by the user.
 */
export const makeForwardTurn = (ports: ForwardTurnPorts): ForwardTurn => {
  const { models, clock, log } = ports;
  const withConversation = makeWithConversation(ports);
  const askUntilAnswered = makeAskUntilAnswered(ports);

  const refuse = async (sink: AnswerSink): Promise<TurnReport> => {
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
    /** The user has had the end: nothing that the model still says is for them. */
    const finished = new AbortController();
    const closed = new AbortController();
    // An answer that the other side accepts no more of is not worth its model's time.
    const unwanted = stop ? AbortSignal.any([stop, sink.gaveUp]) : sink.gaveUp;
    const limits = {
      deadline,
      signal: AbortSignal.any([signal, conversation.signal, closed.signal]),
      stop: unwanted,
    };
    const named = Promise.withResolvers<void>();
    let keeping: Promise<void> = Promise.resolve();

    const newPipe = () =>
      makeAnswerPipe(trackText(progress, sink, clock), {
        resolveLink: (url) => model.resolveLink?.(integration, url) ?? url,
        showsThinking: options.showThinking === true,
      });
    let pipe = newPipe();

    const keepMemory = (memory: string, startsNew = progress.memory === undefined): void => {
      keeping = keeping.then(() => conversation.saveMemory(memory, startsNew));
      progress.memory = memory;
    };

    // Not async: the first text goes from the model's reader into the sink without a pause between them.
    const listen = (heard: AnswerEvent): void | Promise<void> => {
      if (heard.type === "begun") {
        progress.reference = heard.reference;
        named.resolve();
      }
      if (finished.signal.aborted || !conversation.isHeld()) return undefined;
      switch (heard.type) {
        case "begun":
          return observer?.onReference?.(heard.reference);
        case "memory":
          return keepMemory(heard.memory, heard.startsNew);
        case "facts":
          progress.facts = heard.facts;
          return undefined;
        default:
          return pipe.push(heard);
      }
    };
    const newListener = () => {
      pipe = newPipe();
      return listen;
    };

    /** The model may name the turn only now, and obey late or not at all. */
    const stopModel = async (): Promise<void> => {
      if (!model.stop) return;
      await Promise.race([named.promise, clock.sleep(namingMs, limits.signal)]);
      if (progress.reference === undefined) return;
      await model.stop(integration, progress.reference).catch((error: unknown) => {
        log.warn("model_not_stopped", { ...ids, reason: String(error) });
      });
    };

    /** What was held back of the answer is shown too, unless another worker asks for it, or it belongs to an error. */
    const flush = async ({ status }: AnswerOutcome): Promise<void> => {
      const isShown = status !== "abandoned" && (status !== "failed" || progress.firstTextAt !== undefined);
      if (isShown) await pipe.end();
      finished.abort();
    };

    observer?.onModelCalled?.();
    const { userId, name, type, profileUrl, metadata } = bot;
    const asked: BotProfile = { userId, name, type, profileUrl, metadata };
    const question = { integration, text, files, bot: asked, event };
    const answering = askUntilAnswered({
      question,
      progress,
      newListener,
      limits,
      finished: finished.signal,
      ids,
    });
    // Whatever the model comes to after a stop is not a failure, and names nothing any more.
    answering.then(
      () => named.resolve(),
      () => named.resolve(),
    );
    const said = await Promise.race([answering, whenAborted(unwanted)]);
    await flush(said);
    const outcome: AnswerOutcome =
      said.status === "answered" && !progress.hasText
        ? { status: "failed", code: "empty", retryable: false, detail: "the answer has no text" }
        : said;
    if (options.slidingContext && isAnswer(outcome)) conversation.extend();
    const delivery = await sink.end(
      answerEnding(outcome, { ...progress, sentFiles: files.length > 0 }, options),
    );
    const cleanup = said === stopped ? stopModel() : Promise.resolve();
    await keeping;
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
    const asked = questionOf(turn.bot, turn.integration, turn.event);
    if (!asked) return refuse(receiver.sink);
    const withFiles = { ...asked, files: [...asked.files, ...(turn.files ?? [])] };
    return withConversation(conversationKeyOf(turn), turn.id, (conversation) =>
      forward(turn, withFiles, conversation, receiver, limits),
    );
  };
};
