import { type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type {
  Answer,
  Bot,
  FormInput,
  HistoryMessage,
  QuestionFile,
  Rating,
} from "../../../../client/src/index.ts";
import { type AnswerState, applyEvent, failAnswer, isOpen, unanswered } from "./answer-state.ts";
import type { OpenTurnStore } from "./open-turn.ts";

export interface AttachedFile {
  readonly name: string;
  readonly file: QuestionFile;
}

export interface Question {
  readonly text: string;
  readonly files: readonly AttachedFile[];
}

/** A question and its answer. */
export interface Exchange {
  /** Unique in the conversation. */
  readonly key: string;
  readonly question: Question;
  /** Whether it is what was filled into a form instead of a question. */
  readonly isInput: boolean;
  readonly answer: Signal<AnswerState>;
}

export interface ConversationPorts {
  readonly bot: Bot;
  /** Undefined for the conversation that the user has with the bot in the IM. */
  readonly name: string | undefined;
  readonly openTurns: OpenTurnStore;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Runs a task when the page is next shown: an answer may come in more pieces than anybody could see. */
  readonly onNextFrame: (task: () => void) => void;
}

/** How much of an earlier conversation is known. */
export type HistoryState =
  | { readonly state: "loading" }
  | { readonly state: "loaded"; readonly hasMore: boolean }
  | { readonly state: "failed"; readonly error: unknown };

export interface Conversation {
  readonly exchanges: ReadonlySignal<readonly Exchange[]>;
  readonly suggestions: ReadonlySignal<readonly string[]>;
  readonly history: ReadonlySignal<HistoryState>;
  /** Whether an answer is being read. */
  readonly isBusy: ReadonlySignal<boolean>;
  /** Loads what was said before, and continues an answer that a reload of the page cut off. */
  open(): Promise<void>;
  loadEarlier(): Promise<void>;
  ask(question: Question): Promise<void>;
  /** Fills in the form of a paused answer. */
  fillIn(exchange: Exchange, input: FormInput): Promise<void>;
  stop(): Promise<void>;
  rate(exchange: Exchange, rating: Rating): Promise<void>;
  /** The bot forgets the conversation. */
  forget(): Promise<void>;
  /** Stops reading; the bot goes on. */
  close(): void;
}

const pageSize = 20;

/** The statuses of a conversation that has not begun, or that the bot's app keeps no messages of. */
const withoutHistory: readonly (number | undefined)[] = [404, 409];

const statusOf = (error: unknown): number | undefined =>
  error instanceof Error && "status" in error && typeof error.status === "number" ? error.status : undefined;

const exchangeOf = ({ id, turn, question, answer, rating, files }: HistoryMessage): Exchange => ({
  key: id,
  question: { text: question, files: [] },
  isInput: false,
  answer: signal({
    ...unanswered,
    phase: "done",
    text: answer,
    turn: turn ?? undefined,
    // A message that can be rated is the model's own, and turns are found by its id, too.
    storyId: turn === null ? undefined : id,
    rating,
    files,
  }),
});

/** A user's conversation with a bot, as a page shows it. */
export const makeConversation = (ports: ConversationPorts): Conversation => {
  const { bot, name, openTurns, now, onNextFrame } = ports;
  const exchanges = signal<readonly Exchange[]>([]);
  const suggestions = signal<readonly string[]>([]);
  const history = signal<HistoryState>({ state: "loading" });
  const isBusy = signal(false);
  const closed = new AbortController();
  let current: Answer | undefined;
  /** Settles once what was said before is shown, or could not be loaded. */
  let opening: Promise<void> | undefined;
  let oldest: string | undefined;

  const suggest = async (turn: string): Promise<void> => {
    // Not all apps suggest questions, and nothing is lost without them.
    const found = await bot.suggested(turn, { signal: closed.signal }).catch(() => []);
    if (!isBusy.value) suggestions.value = found;
  };

  const read = async (exchange: Exchange, answer: Answer): Promise<void> => {
    const startedAt = now();
    const { answer: shown, question } = exchange;
    let state = shown.value;
    let isScheduled = false;
    const showScheduled = (): void => {
      if (isScheduled) shown.value = state;
      isScheduled = false;
    };
    const showSoon = (): void => {
      if (isScheduled) return;
      isScheduled = true;
      onNextFrame(showScheduled);
    };
    current = answer;
    isBusy.value = true;
    suggestions.value = [];
    // A question that is asked while earlier messages are loaded would be among them.
    await opening;
    try {
      for await (const event of answer) {
        state = { ...applyEvent(state, event, now() - startedAt), requestId: answer.requestId };
        if (event.type === "start") openTurns.write({ turn: event.turn, question: question.text });
        showSoon();
      }
    } catch (error) {
      // The page closes: another one may continue.
      if (closed.signal.aborted) return;
      state = failAnswer(state, error, now() - startedAt);
    }
    isScheduled = false;
    shown.value = state;
    // A form is not in the history: the answer is read again after a reload.
    if (state.form === null) openTurns.clear();
    current = undefined;
    isBusy.value = false;
    const { phase, turn } = state;
    if (phase === "done" && turn !== undefined) await suggest(turn);
  };

  const newExchange = (question: Question, isInput = false): Exchange => ({
    key: crypto.randomUUID(),
    question,
    isInput,
    answer: signal(unanswered),
  });

  const add = (exchange: Exchange): Exchange => {
    exchanges.value = [...exchanges.value, exchange];
    return exchange;
  };

  const loadPage = async (): Promise<void> => {
    history.value = { state: "loading" };
    try {
      const page = await bot.history(name, { limit: pageSize, before: oldest, signal: closed.signal });
      oldest = page.messages[0]?.id ?? oldest;
      exchanges.value = [...page.messages.map(exchangeOf), ...exchanges.value];
      history.value = { state: "loaded", hasMore: page.hasMore };
    } catch (error) {
      history.value = withoutHistory.includes(statusOf(error))
        ? { state: "loaded", hasMore: false }
        : { state: "failed", error };
    }
  };

  const resume = async (): Promise<void> => {
    const open = openTurns.read();
    if (!open || isBusy.value) return;
    const exchange = newExchange({ text: open.question, files: [] });
    const before = exchanges.value;
    const stored = before.at(-1);
    // The app has stored the question, under a turn of its own, and maybe a part of the answer.
    const isStored = stored?.question.text === open.question;
    exchanges.value = [...(isStored ? before.slice(0, -1) : before), exchange];
    await read(exchange, bot.resume(open.turn, { signal: closed.signal }));
    // The bridge keeps answers for minutes, the app for longer.
    if (isStored && exchange.answer.value.phase === "failed") exchanges.value = before;
  };

  return {
    exchanges,
    suggestions,
    history,
    isBusy,
    open: async () => {
      opening = loadPage();
      await opening;
      await resume();
    },
    loadEarlier: loadPage,
    ask: async (question) => {
      if (isBusy.value) return;
      const answer = bot.chat(
        { content: question.text, conversation: name, files: question.files.map(({ file }) => file) },
        { signal: closed.signal, parts: ["reasoning", "file"] },
      );
      await read(add(newExchange(question)), answer);
    },
    fillIn: async (exchange, input) => {
      const paused = exchange.answer.value;
      const { turn, form } = paused;
      if (turn === undefined || isBusy.value) return;
      exchange.answer.value = { ...paused, form: null, paused: false };
      const action = form?.actions.find(({ id }) => id === input.action)?.title ?? input.action;
      const texts = Object.values(input.inputs ?? {}).filter((value) => typeof value === "string");
      const filledIn = newExchange({ text: [action, ...texts].join(" · "), files: [] }, true);
      const options = { signal: closed.signal, parts: ["reasoning", "file"] as const };
      await read(add(filledIn), bot.input(turn, input, options));
      // An input that was rejected leaves the form open.
      const { phase, turn: begun } = filledIn.answer.value;
      if (phase !== "failed" || begun !== undefined) return;
      exchange.answer.value = paused;
      openTurns.write({ turn, question: exchange.question.text });
    },
    stop: async () => {
      await opening;
      await current?.stop();
    },
    rate: async (exchange, rating) => {
      const { answer } = exchange;
      const { turn, rating: before } = answer.value;
      if (turn === undefined) return;
      answer.value = { ...answer.value, rating };
      try {
        await bot.feedback(turn, rating);
      } catch (error) {
        answer.value = { ...answer.value, rating: before };
        throw error;
      }
    },
    forget: async () => {
      await bot.forget(name, { signal: closed.signal });
      openTurns.clear();
      oldest = undefined;
      exchanges.value = [];
      suggestions.value = [];
      history.value = { state: "loaded", hasMore: false };
    },
    close: () => closed.abort(),
  };
};

/** Whether the exchange's question can be asked again. */
export const canRetry = ({ isInput, answer: { value } }: Exchange): boolean =>
  !isInput && (value.phase === "failed" || (!isOpen(value) && value.stopped));
