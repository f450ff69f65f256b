import type { ChatTransport, UIMessage } from "ai";
import type { Answer } from "../answer.ts";
import type { AnswerEvent } from "../answer-event.ts";
import type { Bot } from "../bot.ts";
import { BotError } from "../bot-error.ts";
import type { BotErrorCode } from "../error-codes.ts";
import { chunkStream } from "./chunk-stream.ts";
import { makeChunkWriter } from "./chunk-writer.ts";
import { describeError as describeInEnglish } from "./describe-error.ts";
import { type FilledForm, filledFormIn, partsBefore } from "./filled-form.ts";
import { type KeptTurn, makeKeptTurns, type TurnStorage } from "./kept-turns.ts";
import { questionOf } from "./question-of.ts";
import type { BotChunk, BotUIMessage } from "./ui-message.ts";

export interface BotTransportOptions {
  /** The bot that answers: `createBotClient({ url, token }).bot("bot-001")`. */
  readonly bot: Bot;
  /**
   * Name of a chat's conversation, 1 to 64 characters; undefined: the conversation that the user has with the bot in the
   * IM. Default: the chat's id.
   */
  readonly conversation?: ((chatId: string) => string | undefined) | undefined;
  /** Type of the integration that answers; omitted: the bot's first. */
  readonly integration?: string | undefined;
  /** Describes a failure for users. Default: in English. */
  readonly describeError?: ((error: unknown) => string) | undefined;
  /** Keeps a chat's turn, so that a reloaded page can resume it. Default: sessionStorage. */
  readonly storage?: TurnStorage | undefined;
}

interface ReadOptions extends Pick<KeptTurn, "earlier"> {
  readonly chatId: string;
  readonly answer: Answer;
  readonly events: AsyncIterable<AnswerEvent>;
  /** Whether the page's message has the earlier parts already. */
  readonly hasEarlier: boolean;
  readonly signal: AbortSignal | undefined;
}

const parts = ["reasoning", "file"] as const;

const maxNameLength = 64;
const checkName = (name: string | undefined): string | undefined => {
  if (name === undefined || (name.length > 0 && name.length <= maxNameLength)) return name;
  throw new Error(`chat id: must have 1 to ${maxNameLength} characters, got ${name.length}`);
};

/** After these, the turn goes on at the bridge. */
const connectionCodes = new Set<BotErrorCode>(["unreachable", "connection_lost", "silent"]);
const isConnectionLost = (error: unknown): boolean =>
  error instanceof BotError && connectionCodes.has(error.code);

/** Continues an iteration whose first event was read already. */
async function* from(
  first: AnswerEvent,
  events: AsyncIterator<AnswerEvent, undefined>,
): AsyncGenerator<AnswerEvent> {
  try {
    yield first;
    for (let next = await events.next(); !next.done; next = await events.next()) yield next.value;
  } finally {
    await events.return?.();
  }
}

/** Connects `useChat` of the AI SDK to a bot: the page talks to the bridge, without a server of its own in between. */
export const createBotTransport = <UI extends UIMessage = BotUIMessage>({
  bot,
  conversation = (chatId) => chatId,
  integration,
  describeError = describeInEnglish,
  storage,
}: BotTransportOptions): ChatTransport<UI> => {
  const turns = makeKeptTurns(() => storage ?? globalThis.sessionStorage);
  /** The latest resume of each chat. */
  const resumes = new Map<string, object>();

  const forUsers = (error: unknown, signal: AbortSignal | undefined): unknown =>
    signal?.aborted ? error : new Error(describeError(error), { cause: error });

  const ask = async (
    chatId: string,
    messages: readonly UIMessage[],
    signal: AbortSignal | undefined,
  ): Promise<Answer> => {
    const name = checkName(conversation(chatId));
    const question = await questionOf(bot, messages, { conversation: name, integration, signal });
    turns.forget(chatId);
    return bot.chat(question, { parts });
  };

  const fill = ({ turn, ...input }: FilledForm): Answer => bot.input(turn, input, { parts });

  async function* read({
    chatId,
    answer,
    events,
    earlier,
    hasEarlier,
    signal,
  }: ReadOptions): AsyncGenerator<BotChunk, void, undefined> {
    if (signal?.aborted) return;
    const writer = makeChunkWriter({ earlier, hasEarlier, requestId: () => answer.requestId });
    try {
      for await (const event of events) {
        if (event.type === "start") turns.keep(chatId, { turn: event.turn, earlier });
        // A form is shown again by a reloaded page.
        if (event.type === "end" && !event.form) turns.forget(chatId, answer.turn);
        yield* writer.write(event);
      }
    } catch (error) {
      if (signal?.aborted) return;
      if (!isConnectionLost(error)) turns.forget(chatId, answer.turn);
      yield* writer.fail(describeError(error));
    }
  }

  const stop = async (chatId: string, answer: Answer): Promise<void> => {
    // Nobody could be shown the failure: the chat has ended for the page. The turn then ends by itself.
    await answer.stop().catch(() => undefined);
    turns.forget(chatId, answer.turn);
  };

  return {
    resumeStreamIsReplay: true,

    sendMessages: async ({ chatId, messages, body, abortSignal: signal }) => {
      try {
        const filledForm = filledFormIn(body);
        const earlier = filledForm ? partsBefore(messages, filledForm) : [];
        const answer = filledForm ? fill(filledForm) : await ask(chatId, messages, signal);
        signal?.addEventListener("abort", () => void stop(chatId, answer), { once: true });
        return chunkStream(read({ chatId, answer, events: answer, earlier, hasEarlier: true, signal }));
      } catch (error) {
        throw forUsers(error, signal);
      }
    },

    reconnectToStream: async ({ chatId, abortSignal: signal }) => {
      const kept = turns.of(chatId);
      if (!kept) return null;
      const resume = {};
      resumes.set(chatId, resume);
      const { turn, earlier } = kept;
      const answer = bot.resume(turn, { signal });
      const events = answer[Symbol.asyncIterator]();
      try {
        let first = await events.next();
        while (!first.done && first.value.type === "retrying") first = await events.next();
        if (first.done) return null;
        signal?.addEventListener("abort", async () => {
          // `useChat` aborts a resume that another one follows, and begins that in the same step.
          await undefined;
          if (resumes.get(chatId) === resume) await stop(chatId, answer);
        });
        const rest = from(first.value, events);
        return chunkStream(read({ chatId, answer, events: rest, earlier, hasEarlier: false, signal }));
      } catch (error) {
        if (!(error instanceof BotError && error.status === 404)) throw forUsers(error, signal);
        turns.forget(chatId, turn);
        return null;
      }
    },
  };
};
