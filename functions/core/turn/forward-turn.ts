import type {
  AnswerEvent,
  AnswerIds,
  AnswerOutcome,
  AskDify,
  StopDify,
  TurnLimits,
} from "#core/answer/answer.ts";
import { answerEnding } from "#core/answer/answer-ending.ts";
import { makeAnswerPipe } from "#core/answer/answer-pipe.ts";
import type { AnswerSink, Delivery } from "#core/answer/answer-sink.ts";
import { sentences } from "#core/answer/sentences.ts";
import type { Clock } from "#core/shared/clock.ts";
import type { Log } from "#core/shared/log.ts";
import { makeAskUntilAnswered } from "./ask-until-answered.ts";
import { type ConversationStore, conversationKeyOf, conversationLifeMs, difyUserOf } from "./conversation.ts";
import { type HeldConversation, makeHoldConversation } from "./conversation-lease.ts";
import { type Asked, questionOf } from "./question.ts";
import { questionInputs } from "./question-inputs.ts";
import type { Turn } from "./turn.ts";
import { makeTurnProgress, noteIds, noteText } from "./turn-progress.ts";

export interface ForwardTurnPorts {
  readonly conversations: ConversationStore;
  readonly askDify: AskDify;
  readonly stopDify: StopDify;
  readonly clock: Clock;
  readonly log: Log;
  readonly newToken: () => string;
}

export interface TurnReport {
  readonly outcome: AnswerOutcome | { readonly status: "unreadable" };
  readonly delivery: Delivery;
  /** How often Dify was asked. */
  readonly asked: number;
  /** When the user's first text came from Dify, in milliseconds since the epoch. */
  readonly firstTextAt: number | undefined;
  /**
   * Dify is listened to and told of a stop when the user has had the end and the next turn its conversation. Whoever runs
   * turns waits for it before the process may end; it never rejects.
   */
  readonly afterwards: Promise<void>;
}

/** "busy": another turn runs in its conversation; the sink was not touched. */
export type ForwardTurn = (turn: Turn, sink: AnswerSink, limits: TurnLimits) => Promise<TurnReport | "busy">;

/** How long a turn that was stopped is listened to for the name by which Dify can be told. A whole answer waits for it. */
const namingMs = 5_000;

const stopped: AnswerOutcome = { status: "stopped" };

const whenAborted = (signal: AbortSignal): Promise<AnswerOutcome> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve(stopped);
    else signal.addEventListener("abort", () => resolve(stopped), { once: true });
  });

/**
 * Takes a turn to Dify and its answer to the sink: whole, once, in order, soon. Dify is asked again only while
 * nothing has reached the sink; a conversation that Dify has lost is begun anew, once, unseen by the user.
 */
export const makeForwardTurn = (ports: ForwardTurnPorts): ForwardTurn => {
  const { stopDify, clock, log } = ports;
  const holdConversation = makeHoldConversation(ports);
  const askUntilAnswered = makeAskUntilAnswered(ports);

  const refuse = async (sink: AnswerSink): Promise<TurnReport> => {
    const sentence = sentences.unreadable;
    const delivery = await sink.end({ status: "failed", sentence, code: "unreadable", retryable: false });
    return {
      outcome: { status: "unreadable" },
      delivery,
      asked: 0,
      firstTextAt: undefined,
      afterwards: Promise.resolve(),
    };
  };

  const forward = async (
    turn: Turn,
    { text, files }: Asked,
    held: HeldConversation,
    sink: AnswerSink,
    { deadline, signal, stop }: TurnLimits,
  ): Promise<TurnReport> => {
    const { bot, integration, event } = turn;
    const { options } = integration;
    const ids = { bot: bot.userId, msgUID: event.data.msgUID };
    const user = held.before?.user ?? difyUserOf(turn);
    const progress = makeTurnProgress(held.before?.conversationId);
    /** The user has had the end: whatever Dify still says is not theirs. */
    const over = new AbortController();
    const ended = new AbortController();
    const limits = { deadline, signal: AbortSignal.any([signal, held.signal, ended.signal]) };
    const named = Promise.withResolvers<void>();
    let keeping: Promise<void> = Promise.resolve();

    const newPipe = () =>
      makeAnswerPipe(noteText(progress, sink, clock), {
        base: integration.callbackUrl,
        showsThinking: options.showThinking === true,
      });
    let pipe = newPipe();

    const keepConversation = (begun: AnswerIds): void => {
      const isNew = begun.conversationId !== undefined && begun.conversationId !== progress.conversationId;
      noteIds(progress, begun);
      if (!isNew || begun.conversationId === undefined) return;
      const startedAt = clock.now();
      const expiresAt = startedAt + conversationLifeMs;
      keeping = held.keep({ conversationId: begun.conversationId, user, startedAt, expiresAt });
    };

    // Not async: the first text goes from Dify's reader into the sink without a pause between them.
    const listen = (heard: AnswerEvent): void | Promise<void> => {
      if (over.signal.aborted) {
        if (heard.type !== "begun") return undefined;
        noteIds(progress, heard.ids);
        return named.resolve();
      }
      if (!held.isOurs()) return undefined;
      if (heard.type === "begun") {
        keepConversation(heard.ids);
        sink.named(heard.ids);
        return named.resolve();
      }
      if (heard.type === "facts") progress.facts = heard.facts;
      return pipe.take(heard);
    };
    const newListener = () => {
      pipe = newPipe();
      return listen;
    };

    /** Dify may name the turn only now, and obey late or not at all. */
    const stopAtDify = async (): Promise<void> => {
      await Promise.race([named.promise, clock.sleep(namingMs, limits.signal)]);
      if (progress.taskId === undefined) return;
      await stopDify(integration, progress.taskId, user).catch((error: unknown) => {
        log.warn("dify_not_stopped", { ...ids, reason: String(error) });
      });
    };

    /** What the user has not seen of it yet is theirs too, unless it is to be asked for elsewhere, or was an error's. */
    const flush = async ({ status }: AnswerOutcome): Promise<void> => {
      const isTheirs = status !== "abandoned" && (status !== "failed" || progress.firstTextAt !== undefined);
      if (isTheirs) await pipe.end();
      over.abort();
    };

    sink.begin();
    const question = { integration, text, files, inputs: questionInputs(bot, event), user };
    const answering = askUntilAnswered({ question, progress, newListener, limits, over: over.signal, ids });
    // What Dify comes to after a stop is nobody's failure, and names nothing any more.
    answering.then(
      () => named.resolve(),
      () => named.resolve(),
    );
    // An answer that the other side takes no more of is not worth its model's time.
    const signals = stop ? [stop, sink.gaveUp] : [sink.gaveUp];
    const said = await Promise.race([answering, ...signals.map(whenAborted)]);
    await flush(said);
    const outcome: AnswerOutcome =
      said.status === "answered" && !progress.hasText
        ? { status: "failed", code: "empty", retryable: false, detail: "an answer without text" }
        : said;
    if (options.slidingContext && outcome.status === "answered")
      held.prolong(clock.now() + conversationLifeMs);
    const delivery = await sink.end(
      answerEnding(outcome, { ...progress, sentFiles: files.length > 0 }, options),
    );
    const afterwards = said === stopped ? stopAtDify() : Promise.resolve();
    await keeping;
    return {
      outcome,
      delivery,
      asked: progress.asked,
      firstTextAt: progress.firstTextAt,
      afterwards: afterwards.finally(() => ended.abort()),
    };
  };

  return (turn, sink, limits) => {
    const asked = questionOf(turn.bot, turn.integration, turn.event);
    if (!asked) return refuse(sink);
    const withFiles = { ...asked, files: [...asked.files, ...(turn.files ?? [])] };
    return holdConversation(conversationKeyOf(turn), turn.id, (held) =>
      forward(turn, withFiles, held, sink, limits),
    );
  };
};
