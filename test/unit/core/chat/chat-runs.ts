import type { Model } from "#core/answer/model.ts";
import { type AdmittedTurn, admittedTurn } from "#core/chat/admit-turn.ts";
import { makeAnswerJournal } from "#core/chat/answer-journal.ts";
import type { AnswerPieces } from "#core/chat/answer-pieces.ts";
import type { ReadyChatTurn } from "#core/chat/begin-chat-turn.ts";
import type { ChatTurnStore, StartedChatTurn } from "#core/chat/chat-turn.ts";
import { type EmitEvent, makeRunChatTurn } from "#core/chat/run-chat-turn.ts";
import type { UserGuard } from "#core/chat/user-guard.ts";
import type { Metrics } from "#core/shared/metrics.ts";
import type { ConversationStore } from "#core/turn/conversation.ts";
import { makeForwardTurn } from "#core/turn/forward-turn.ts";
import { makeRecordTurn } from "#core/turn/turn-report.ts";
import { newChatTurn, startMs } from "../../../support/chat/chat-turns.ts";
import { makeMemoryChatTurns } from "../../../support/chat/memory-chat-turns.ts";
import { makeMemoryClient } from "../../../support/chat/memory-client.ts";
import { makeMemoryPieces } from "../../../support/chat/memory-pieces.ts";
import { makeMemoryConversations } from "../../../support/memory-conversations.ts";
import { makeMemoryLog } from "../../../support/memory-log.ts";
import { makeMemoryMetrics } from "../../../support/memory-metrics.ts";
import { sameModel } from "../../../support/models.ts";
import { pseudonymOf } from "../../../support/pseudonyms.ts";
import { makeTestClock, type TestClock } from "../../../support/test-clock.ts";
import { turn } from "../../../support/turns.ts";

export const reference = "its name";
export const start = { type: "start", turn: "t1", conversation: null };
export const end = { type: "end", stopped: false, usage: null, sources: [] };
export const stopped = { ...end, stopped: true };
export const delta = (content: string) => ({ type: "delta", content });

export type Ask = Model["ask"];

export const answers =
  (...words: string[]): Ask =>
  async (_question, listener) => {
    await listener({ type: "begun", reference });
    for (const text of words) await listener({ type: "delta", text });
    return { status: "answered" };
  };

type Turns = Pick<ChatTurnStore, "renew" | "saveReference" | "end" | "discard">;

interface Given {
  readonly id?: Partial<StartedChatTurn>;
  readonly ask?: (clock: TestClock) => Ask;
  readonly stop?: NonNullable<Model["stop"]>;
  /** Wrappers of the stores. */
  readonly turns?: (turns: Turns) => Turns;
  readonly conversations?: (conversations: ConversationStore) => ConversationStore;
  readonly leave?: UserGuard["release"];
  readonly put?: AnswerPieces["put"];
  readonly emit?: EmitEvent;
  readonly metrics?: Metrics;
  /** Decides whether the turn may run. */
  readonly admit?: (clock: TestClock, admitted: AdmittedTurn) => Promise<AdmittedTurn>;
}

/** A turn that has begun, in the process that runs it. */
export const setUpChatRun = async (given: Given = {}) => {
  const clock = makeTestClock(startMs);
  const log = makeMemoryLog();
  const notes = makeMemoryMetrics();
  const id = newChatTurn(given.id);
  const store = makeMemoryChatTurns(clock);
  const kept = makeMemoryPieces();
  const conversations = makeMemoryConversations(clock);
  const left: unknown[] = [];
  const slots: string[] = [];
  /** The tokens of the turn, or that it was taken back. */
  const counts: (number | string)[] = [];
  const modelStops: string[] = [];
  const closed: string[] = [];
  const lease = { token: "mine", expiresAt: startMs + 10_000 };
  const begun = await store.begin(id, lease);
  if (begun.status !== "begun") throw new Error("the turn was not begun");
  const { attempt } = begun;
  const ask = given.ask ?? (() => answers("You said: ", "hello"));
  const pieces = { put: given.put ?? kept.put };
  const run = makeRunChatTurn({
    pseudonymOf,
    turns: given.turns?.(store) ?? store,
    forwardTurn: makeForwardTurn({
      conversations: given.conversations?.(conversations) ?? conversations,
      models: sameModel({
        ask: ask(clock),
        stop: async (integration, named) => {
          modelStops.push(named);
          await given.stop?.(integration, named);
        },
      }),
      clock,
      log,
      newToken: () => "a hold",
    }),
    journalOf: (answer) => {
      const journal = makeAnswerJournal({ pieces, clock, log })(answer);
      return {
        ...journal,
        close: async () => {
          await journal.close();
          closed.push(answer.turn);
        },
      };
    },
    clock,
    log,
    recordTurn: makeRecordTurn({ metrics: given.metrics ?? notes, clock }),
    keepsText: () => false,
  });
  const client = makeMemoryClient(clock.now);
  const guard: Pick<UserGuard, "release" | "cancel"> = {
    release: async (over) => {
      left.push(over);
      await given.leave?.(over);
    },
    cancel: async (over) => {
      left.push({ ...over, isUncounted: true });
      await given.leave?.(over);
    },
  };
  const admitted = admittedTurn(guard, id, {
    slots: { release: async () => void slots.push("released") },
    counted: {
      undo: async () => void counts.push("undone"),
      end: async (tokens) => void counts.push(tokens),
    },
  });
  const ready: ReadyChatTurn = {
    id,
    turn: turn({ id: id.turn }),
    parts: [],
    lease,
    attempt,
    admission: given.admit?.(clock, admitted) ?? Promise.resolve(admitted),
  };
  const running = run(ready, { emit: given.emit ?? client.emit }, startMs + 840_000).catch(
    (error: unknown) => ({
      error,
    }),
  );
  return {
    ...{
      clock,
      log,
      metrics: notes,
      client,
      running,
      conversations,
      left,
      slots,
      counts,
      modelStops,
      closed,
    },
    turns: store,
    record: () => store.recordOf(id),
    kept: () => kept.eventsOf({ ...id, attempt }),
    events: () => log.lines.map(({ event }) => event),
  };
};

/** Emits a word each second, forever: it obeys no stop. */
export const endlessAsk =
  (clock: TestClock): Ask =>
  async (_question, listener, { signal }) => {
    await listener({ type: "begun", reference });
    while (!signal.aborted) {
      await listener({ type: "delta", text: "word " });
      await clock.sleep(1_000, signal);
    }
    return { status: "abandoned" };
  };

export const place = { appKey: "app-one", userId: "u7", turn: "t1" };
