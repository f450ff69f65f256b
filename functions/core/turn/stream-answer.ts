import { type AnswerEvent, type AnswerOutcome, isAnswer } from "#core/answer/answer.ts";
import { answerEnding } from "#core/answer/answer-ending.ts";
import { type AnswerUsage, limitFacts } from "#core/answer/answer-facts.ts";
import { makeAnswerPipe } from "#core/answer/answer-pipe.ts";
import type { AnswerReceiver, Delivery } from "#core/answer/answer-sink.ts";
import {
  type AnswerListener,
  type AskLimits,
  type ModelIds,
  type Models,
  modelFor,
  questionRecalled,
  type ResumeOutcome,
} from "#core/answer/model.ts";
import type { Clock } from "#core/shared/clock.ts";
import type { Log, LogFields } from "#core/shared/log.ts";
import type { LeasedConversation } from "./conversation-lease.ts";
import type { ConversationPause } from "./conversation-pause.ts";
import type { Turn } from "./turn.ts";
import { makeTurnProgress, type TurnProgress, trackText } from "./turn-progress.ts";

export interface StreamAnswerPorts {
  readonly models: Models;
  readonly clock: Clock;
  readonly log: Log;
  readonly newToken: () => string;
}

export interface TurnLimits extends AskLimits {
  /** Looks now whether the answer is to stop, and aborts `stop` if it is. */
  readonly checkStop?: () => Promise<unknown>;
}

/** A turn's call to its model, which may take several attempts. */
export interface ModelCall {
  readonly progress: TurnProgress;
  /** Creates a listener for each attempt, so that text buffered by a failed attempt is dropped. */
  readonly newListener: () => AnswerListener;
  readonly limits: AskLimits;
  /** Aborted once the user has received the end of the answer: then the model is not called again. */
  readonly finished: AbortSignal;
  /** The ids in the turn's log lines. */
  readonly ids: LogFields;
}

/** What a turn asks of its model. */
export interface AnswerSource {
  readonly call: (call: ModelCall) => Promise<ResumeOutcome>;
  readonly sentFiles: boolean;
  /** What an answer without text says; undefined: it has failed. */
  readonly emptyText: string | undefined;
}

export interface TurnReport {
  readonly status: "ended";
  readonly outcome: AnswerOutcome | { readonly status: "unreadable" };
  readonly delivery: Delivery;
  /** Number of calls to the model. */
  readonly modelCalls: number;
  /** When the model sent the first text, reasoning or file for the user, in milliseconds since the epoch. */
  readonly firstTextAt: number | undefined;
  /** As the model reports it; undefined if it does not, or the answer has no end. */
  readonly usage?: AnswerUsage | undefined;
  /** When the turn got its conversation, and since when that was free; undefined if the model was not asked. */
  readonly start?: Pick<LeasedConversation, "openedAt" | "freeSince">;
  /** How the model's server names the turn; undefined if it was not asked, or has no names. */
  readonly ids?: ModelIds | undefined;
  /** The answer that now waits for human input, if it began to wait in this turn. */
  readonly paused?: ConversationPause | undefined;
  /**
   * Stops the model; may take longer than the user's end and the release of the conversation. The process must wait for it
   * before it exits. Never rejects.
   */
  readonly cleanup: Promise<void>;
}

/** Results of a paused answer that did not end. */
type NotContinued = Exclude<ResumeOutcome, AnswerOutcome>;

/** How long a stopped turn waits for the model's reference, which a stop request needs, in milliseconds. */
const referenceWaitMs = 5_000;

/** How long the end of an answer whose question was taken back waits for the model's stop, in milliseconds. */
const recallWaitMs = 1_000;

const stopped: AnswerOutcome = { status: "stopped" };
const abandoned: AnswerOutcome = { status: "abandoned" };
const tooLarge: AnswerOutcome = { status: "incomplete" };
const stoppedByOthers: AnswerOutcome = { status: "incomplete" };

const whenAborted = (signal: AbortSignal, outcome: AnswerOutcome): Promise<AnswerOutcome> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve(outcome);
    else signal.addEventListener("abort", () => resolve(outcome), { once: true });
  });

const notContinued: Record<NotContinued["status"], true> = { waiting: true, closed: true, rejected: true };
const isNotContinued = (outcome: ResumeOutcome): outcome is NotContinued => outcome.status in notContinued;

/**
 * Calls the turn's model and streams the answer to the sink: completely, once and in order. Nothing reaches the sink if a
 * paused answer does not continue.
 */
export const makeStreamAnswer =
  ({ models, clock, log, newToken }: StreamAnswerPorts) =>
  async (
    turn: Turn,
    { call, sentFiles, emptyText }: AnswerSource,
    conversation: LeasedConversation,
    { sink, observer, earlier }: AnswerReceiver,
    { deadline, signal, stop, checkStop }: TurnLimits,
  ): Promise<TurnReport | NotContinued> => {
    const { bot, integration, event } = turn;
    const { options } = integration;
    const model = modelFor(models, integration);
    const ids = { bot: bot.userId, msgUID: event.data.msgUID };
    const progress = makeTurnProgress(conversation.memory, earlier?.hasText === true);
    /** Aborted once the user has received the end: later events from the model are ignored. */
    const finished = new AbortController();
    const closed = new AbortController();
    const overflow = new AbortController();
    const full = sink.full ? AbortSignal.any([overflow.signal, sink.full]) : overflow.signal;
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
        onFull: () => overflow.abort(),
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
          if (stop?.reason === questionRecalled) return undefined;
          if (!progress.triesNewConversation) return saveMemory(event.memory, event.startsNew);
          unprovenMemory = event.memory;
          return undefined;
        case "facts":
          progress.facts = limitFacts(event.facts);
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

    /** What a stop means for the user, who waits for an answer unless it is theirs. */
    const judgeStop = async (outcome: AnswerOutcome): Promise<AnswerOutcome> => {
      if (!cancelled.aborted) await checkStop?.();
      // A server stops runs at limits of its own, or for its operator.
      if (!cancelled.aborted) return stoppedByOthers;
      const isLost = signal.aborted || conversation.signal.aborted;
      // A delivery also gives up when the lease is lost: then another worker goes on with the answer.
      return isLost && stop?.aborted !== true ? abandoned : outcome;
    };

    /** Sends the buffered text, unless another worker has the turn or the text belongs to an error. */
    const flush = async ({ status }: AnswerOutcome): Promise<void> => {
      const isWanted = status !== "abandoned" && (status !== "failed" || progress.firstTextAt !== undefined);
      if (isWanted) await pipe.end();
      finished.abort("finished");
    };

    const pauseOf = (outcome: AnswerOutcome): ConversationPause | undefined =>
      outcome.status === "paused"
        ? {
            id: newToken(),
            turnIds: [turn.id],
            openedAt: clock.now(),
            pause: outcome.pause,
            values: {},
          }
        : undefined;

    observer?.onModelCalled?.();
    const answering = call({ progress, newListener, limits, finished: finished.signal, ids });
    // After a stop the model's outcome does not matter, and no reference will follow it.
    answering.then(
      () => referenceKnown.resolve(),
      () => referenceKnown.resolve(),
    );
    const raced = await Promise.race([
      answering,
      whenAborted(cancelled, stopped),
      whenAborted(full, tooLarge),
    ]);
    const modelOutcome = raced.status === "stopped" ? await judgeStop(raced) : raced;
    if (isNotContinued(modelOutcome)) {
      finished.abort("finished");
      closed.abort("closed");
      return modelOutcome;
    }
    if (modelOutcome === tooLarge) {
      log.warn("answer_too_large", ids);
      // Otherwise the model's server could go on sending until the stop request is answered.
      closed.abort("closed");
    }
    await flush(modelOutcome);
    const isEmpty = modelOutcome.status === "answered" && !progress.hasText && !progress.hasFile;
    if (isEmpty && emptyText) await sink.delta(emptyText);
    const whole: AnswerOutcome =
      isEmpty && emptyText === undefined
        ? { status: "failed", code: "empty", retryable: false, detail: "the answer has no text" }
        : modelOutcome;
    // The text that was buffered may be too much, too.
    const outcome = isAnswer(whole) && full.aborted ? tooLarge : whole;
    if (isAnswer(outcome)) saveUnprovenMemory();
    if (options.slidingContext && isAnswer(outcome)) conversation.extend();
    // Without a response, nobody sees the form or the rest.
    const paused = integration.handleResponse ? pauseOf(outcome) : undefined;
    if (paused) conversation.setPause(paused);
    // At once: it need not wait for the IM, nor the user for it.
    const endsEarly = modelOutcome === stopped || modelOutcome === tooLarge;
    const cleanup = endsEarly ? stopModel() : Promise.resolve();
    // Nobody waits for the end of an answer to a question that was taken back, so the model is stopped first.
    if (stop?.reason === questionRecalled)
      await Promise.race([cleanup, clock.sleep(recallWaitMs, closed.signal)]);
    const delivery = await sink.end(answerEnding(outcome, { ...progress, sentFiles }, options));
    if (paused && (delivery.status === "undelivered" || stop?.aborted === true)) {
      // The user has not seen the form, so no message replies to it.
      const { form: _, ...withoutForm } = paused.pause;
      conversation.setPause({ ...paused, pause: withoutForm });
    }
    await saving;
    return {
      status: "ended",
      outcome,
      delivery,
      modelCalls: progress.modelCalls,
      firstTextAt: progress.firstTextAt,
      ids: model.idsOf?.(progress.reference, progress.memory),
      usage: progress.facts?.usage,
      start: { openedAt: conversation.openedAt, freeSince: conversation.freeSince },
      paused,
      cleanup: cleanup.finally(() => closed.abort("closed")),
    };
  };
