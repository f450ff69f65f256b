import type { AnswerEvent, AnswerOutcome, AskDify, Question, TurnLimits } from "./answer.ts";
import type { AnswerEnding, AnswerSink, Delivery } from "./answer-sink.ts";
import type { Clock } from "./clock.ts";
import { type ConversationStore, conversationKeyOf, conversationLifeMs } from "./conversation.ts";
import type { Log } from "./log.ts";
import { questionInputs } from "./question-inputs.ts";
import { questionText } from "./question-text.ts";
import { sentences } from "./sentences.ts";
import type { Turn } from "./turn.ts";

export interface ForwardTurnPorts {
  readonly conversations: ConversationStore;
  readonly askDify: AskDify;
  readonly clock: Clock;
  readonly log: Log;
}

export interface TurnReport {
  readonly outcome: AnswerOutcome | { readonly status: "unreadable" };
  readonly delivery: Delivery;
  /** How often Dify was asked. */
  readonly asked: number;
  /** When the first text came from Dify, in milliseconds since the epoch. */
  readonly firstTextAt: number | undefined;
}

export type ForwardTurn = (turn: Turn, sink: AnswerSink, limits: TurnLimits) => Promise<TurnReport>;

/** Six tries within 20 s: enough for a Dify that restarts, short enough for a person who waits. */
const retryDelaysMs = [500, 1_000, 2_000, 4_000, 8_000];

const endingFor = (outcome: AnswerOutcome, hasText: boolean): AnswerEnding => {
  switch (outcome.status) {
    case "answered":
      return { status: "complete" };
    case "stopped":
    case "abandoned":
      return { status: outcome.status };
    case "paused":
      return { status: "failed", sentence: `${hasText ? "\n\n" : ""}${sentences.paused}` };
    case "failed":
    case "incomplete":
      return { status: "failed", sentence: hasText ? sentences.brokenOff : sentences.failed };
  }
};

/**
 * Takes a turn to Dify and its answer to the sink: whole, once, in order, soon. Dify is asked again only while
 * nothing has reached the sink; a conversation that Dify has lost is begun anew, once, unseen by the user.
 */
export const makeForwardTurn =
  ({ conversations, askDify, clock, log }: ForwardTurnPorts): ForwardTurn =>
  async (turn, sink, limits) => {
    const text = questionText(turn.bot, turn.event);
    if (text === undefined) {
      const delivery = await sink.end({ status: "failed", sentence: sentences.unreadable });
      return { outcome: { status: "unreadable" }, delivery, asked: 0, firstTextAt: undefined };
    }

    const key = conversationKeyOf(turn);
    const user = turn.event.data.fromUserId;
    let conversationId = (await conversations.find(key))?.conversationId;
    let keeping: Promise<void> = Promise.resolve();
    let asked = 0;
    let firstTextAt: number | undefined;

    const keepConversation = (begunId: string): void => {
      if (begunId === conversationId) return;
      conversationId = begunId;
      const startedAt = clock.now();
      const conversation = {
        conversationId: begunId,
        user,
        startedAt,
        expiresAt: startedAt + conversationLifeMs,
      };
      keeping = conversations.keep(key, conversation).catch((error: unknown) => {
        log.error("conversation_not_kept", { bot: turn.bot.userId, reason: String(error) });
      });
    };

    // Not async: the first text goes from Dify's reader into the sink without a pause between them.
    const listener = (event: AnswerEvent): void | Promise<void> => {
      if (event.type === "begun") return keepConversation(event.conversationId);
      if (event.type === "delta" && event.text === "") return;
      firstTextAt ??= clock.now();
      return event.type === "delta" ? sink.delta(event.text) : sink.replace(event.text);
    };

    const askOnce = (): Promise<AnswerOutcome> => {
      asked += 1;
      const inputs = questionInputs(turn.bot, turn.event);
      const question: Question = { integration: turn.integration, text, inputs, user, conversationId };
      return askDify(question, listener, limits);
    };

    const askUntilAnswered = async (): Promise<AnswerOutcome> => {
      const delays = retryDelaysMs.values();
      for (;;) {
        const outcome = await askOnce();
        if (outcome.status !== "failed" || firstTextAt !== undefined) return outcome;
        log.warn("dify_failed", { bot: turn.bot.userId, code: outcome.code, detail: outcome.detail, asked });
        if (outcome.code === "conversation_lost" && conversationId !== undefined) {
          conversationId = undefined;
          continue;
        }
        const delayMs = outcome.retryable ? delays.next().value : undefined;
        if (delayMs === undefined || clock.now() + delayMs >= limits.deadline) return outcome;
        await clock.sleep(delayMs, limits.signal);
      }
    };

    const ended = await askUntilAnswered();
    const isEmpty = ended.status === "answered" && firstTextAt === undefined;
    const outcome: AnswerOutcome = isEmpty
      ? { status: "failed", code: "empty", retryable: false, detail: "an answer without text" }
      : ended;
    const delivery = await sink.end(endingFor(outcome, firstTextAt !== undefined));
    await keeping;
    return { outcome, delivery, asked, firstTextAt };
  };
