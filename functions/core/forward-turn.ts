import type { AnswerEvent, AnswerOutcome, AskDify, Question, StopDify, TurnLimits } from "./answer.ts";
import { answerEnding } from "./answer-ending.ts";
import type { AnswerFacts } from "./answer-facts.ts";
import { makeAnswerPipe, type TextSink } from "./answer-pipe.ts";
import type { AnswerSink, Delivery } from "./answer-sink.ts";
import type { Clock } from "./clock.ts";
import { type ConversationStore, conversationKeyOf, conversationLifeMs, difyUserOf } from "./conversation.ts";
import { type HeldConversation, makeHoldConversation } from "./hold-conversation.ts";
import type { Log } from "./log.ts";
import { type Asked, questionOf } from "./question.ts";
import { questionInputs } from "./question-inputs.ts";
import { sentences } from "./sentences.ts";
import type { Turn } from "./turn.ts";

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
}

/** "busy": another turn runs in its conversation; the sink was not touched. */
export type ForwardTurn = (turn: Turn, sink: AnswerSink, limits: TurnLimits) => Promise<TurnReport | "busy">;

/** Six tries within 20 s: enough for a Dify that restarts, short enough for a person who waits. */
const retryDelaysMs = [500, 1_000, 2_000, 4_000, 8_000];
/** How long a turn that was stopped is listened to for the name by which Dify can be told. */
const namingMs = 10_000;

/**
 * Takes a turn to Dify and its answer to the sink: whole, once, in order, soon. Dify is asked again only while
 * nothing has reached the sink; a conversation that Dify has lost is begun anew, once, unseen by the user.
 */
export const makeForwardTurn = ({
  askDify,
  stopDify,
  clock,
  log,
  ...ports
}: ForwardTurnPorts): ForwardTurn => {
  const holdConversation = makeHoldConversation({ clock, log, ...ports });

  const refuse = async (sink: AnswerSink): Promise<TurnReport> => {
    const sentence = sentences.unreadable;
    const delivery = await sink.end({ status: "failed", sentence, code: "unreadable", retryable: false });
    return { outcome: { status: "unreadable" }, delivery, asked: 0, firstTextAt: undefined };
  };

  const forward = async (
    turn: Turn,
    { text, files }: Asked,
    held: HeldConversation,
    sink: AnswerSink,
    { deadline, signal, stop }: TurnLimits,
  ): Promise<TurnReport> => {
    const { bot, integration } = turn;
    const { options } = integration;
    const asking = new AbortController();
    const limits = { deadline, signal: AbortSignal.any([signal, held.signal, asking.signal]) };
    const user = held.before?.user ?? difyUserOf(turn);
    const named = Promise.withResolvers<string | undefined>();
    let conversationId = held.before?.conversationId;
    let keeping: Promise<void> = Promise.resolve();
    let facts: AnswerFacts | undefined;
    let asked = 0;
    let firstTextAt: number | undefined;
    let hasText = false;
    /** Whatever Dify still says, the user has had the end. */
    let isOver = false;

    const reachesUser = (shown: string): void => {
      firstTextAt ??= clock.now();
      hasText ||= /\S/.test(shown);
    };
    const textSink: TextSink = {
      delta: (shown) => {
        reachesUser(shown);
        return sink.delta(shown);
      },
      replace: (shown) => {
        reachesUser(shown);
        return sink.replace(shown);
      },
    };
    const newPipe = () =>
      makeAnswerPipe(textSink, {
        base: integration.callbackUrl,
        showsThinking: options.showThinking === true,
      });
    let pipe = newPipe();

    const take = ({ ids }: Extract<AnswerEvent, { type: "begun" }>): void => {
      named.resolve(ids.taskId);
      sink.named(ids);
      const { conversationId: begunId } = ids;
      if (begunId === undefined || begunId === conversationId) return;
      conversationId = begunId;
      const startedAt = clock.now();
      const expiresAt = startedAt + conversationLifeMs;
      keeping = held.keep({ conversationId: begunId, user, startedAt, expiresAt });
    };

    // Not async: the first text goes from Dify's reader into the sink without a pause between them.
    const listener = (event: AnswerEvent): void | Promise<void> => {
      if (!held.isOurs()) return undefined;
      if (event.type === "begun") return take(event);
      if (isOver) return undefined;
      if (event.type === "facts") facts = event.facts;
      return pipe.take(event);
    };

    const askOnce = (): Promise<AnswerOutcome> => {
      asked += 1;
      pipe = newPipe();
      const inputs = questionInputs(bot, turn.event);
      const question: Question = { integration, text, files, inputs, user, conversationId };
      return askDify(question, listener, limits);
    };

    const askUntilAnswered = async (): Promise<AnswerOutcome> => {
      const delays = retryDelaysMs.values();
      for (;;) {
        const outcome = await askOnce();
        if (outcome.status !== "failed" || firstTextAt !== undefined) return outcome;
        log.warn("dify_failed", { bot: bot.userId, code: outcome.code, detail: outcome.detail, asked });
        if (outcome.code === "conversation_lost" && conversationId !== undefined) {
          conversationId = undefined;
          continue;
        }
        const delayMs = outcome.retryable ? delays.next().value : undefined;
        if (delayMs === undefined || clock.now() + delayMs >= deadline) return outcome;
        await clock.sleep(delayMs, limits.signal);
      }
    };

    /** Once the user has had the end: Dify may name the turn only now, and obey late or not at all. */
    const stopAtDify = async (): Promise<void> => {
      const taskId = await Promise.race([named.promise, clock.sleep(namingMs, limits.signal)]);
      if (taskId) {
        await stopDify(integration, taskId, user).catch((error: unknown) => {
          log.warn("dify_not_stopped", { bot: bot.userId, reason: String(error) });
        });
      }
    };

    sink.begin();
    const answering = askUntilAnswered();
    // What Dify comes to after a stop is nobody's failure.
    answering.then(
      () => named.resolve(undefined),
      () => named.resolve(undefined),
    );
    const ended = await Promise.race([answering, ...(stop ? [whenAborted(stop)] : [])]);
    const hasLeft = ended.status !== "abandoned" && (ended.status !== "failed" || firstTextAt !== undefined);
    if (hasLeft) await pipe.end();
    isOver = true;
    const isEmpty = ended.status === "answered" && !hasText;
    const outcome: AnswerOutcome = isEmpty
      ? { status: "failed", code: "empty", retryable: false, detail: "an answer without text" }
      : ended;
    if (options.slidingContext && outcome.status === "answered")
      held.prolong(clock.now() + conversationLifeMs);
    const delivery = await sink.end(answerEnding(outcome, { hasText, facts }, options));
    if (stop?.aborted && ended.status === "stopped") await stopAtDify();
    asking.abort();
    await keeping;
    return { outcome, delivery, asked, firstTextAt };
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

const whenAborted = (signal: AbortSignal): Promise<AnswerOutcome> =>
  new Promise((resolve) => {
    const stop = (): void => resolve({ status: "stopped" });
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
  });
