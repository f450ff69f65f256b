import { createHash } from "node:crypto";
import type { APIGatewayProxyEvent } from "aws-lambda";
import { createParser, type EventSourceMessage } from "eventsource-parser";
import { cors } from "#adapters/api-gateway/cors.ts";
import { makeStreamedHandler } from "#adapters/lambda-stream/streamed-handler.ts";
import type { Model } from "#core/answer/model.ts";
import type { ModelIntegrationWithKey } from "#core/bot/integration.ts";
import type { DifyType } from "#core/bot/integration-types.ts";
import { makeAcquireReader } from "#core/chat/acquire-reader.ts";
import { makeAnswerJournal } from "#core/chat/answer-journal.ts";
import { makeBeginChatInput } from "#core/chat/begin-chat-input.ts";
import { makeBeginChatTurn } from "#core/chat/begin-chat-turn.ts";
import { badToken } from "#core/chat/chat-access.ts";
import type { ChatUser } from "#core/chat/chat-user.ts";
import { makeFollowChatTurn } from "#core/chat/follow-chat-turn.ts";
import { makeRunChatTurn } from "#core/chat/run-chat-turn.ts";
import type { Admission } from "#core/chat/user-guard.ts";
import { callerError } from "#core/shared/errors.ts";
import { makeForwardTurn } from "#core/turn/forward-turn.ts";
import type { Turn } from "#core/turn/turn.ts";
import { makeChatStreamRoutes } from "../../../../functions/chat-stream/routes.ts";
import { chatUser, startMs } from "../../../support/chat/chat-turns.ts";
import { makeMemoryChatTurns } from "../../../support/chat/memory-chat-turns.ts";
import { makeMemoryPieces } from "../../../support/chat/memory-pieces.ts";
import { noUploads } from "../../../support/chat/no-uploads.ts";
import { countNothing } from "../../../support/count-nothing.ts";
import { makeFreeSlots } from "../../../support/free-slots.ts";
import { makeMemoryConversations } from "../../../support/memory-conversations.ts";
import { makeMemoryLog } from "../../../support/memory-log.ts";
import { sameModel } from "../../../support/models.ts";
import { pseudonymOf } from "../../../support/pseudonyms.ts";
import { callStreamed, type StreamedReply } from "../../../support/streamed-call.ts";
import { makeTestClock, type TestClock } from "../../../support/test-clock.ts";
import { bot, difyIntegration } from "../../../support/turns.ts";
import { proxyEvent } from "../../adapters/api-gateway/proxy-event.ts";

export const origin = "https://www.example.com";

/** The tokens of `u7` and `u8` are their ids; others are invalid. */
const users: Readonly<Record<string, ChatUser>> = {
  u7: chatUser(),
  u8: chatUser({ userId: "u8" }),
  bound: chatUser({ bots: ["bot-sales"] }),
};

export interface Call {
  readonly token?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** Sent unchanged, in place of `body`. */
  readonly rawBody?: string;
  readonly botId?: string;
  readonly query?: Readonly<Record<string, string>>;
}

export interface ChatCall extends StreamedReply {
  readonly status: () => number;
  readonly events: () => EventSourceMessage[];
  readonly types: () => (string | undefined)[];
  /** The text of all deltas. */
  readonly deltaText: () => string;
}

const withEvents = (reply: StreamedReply): ChatCall => {
  const events = (): EventSourceMessage[] => {
    const all: EventSourceMessage[] = [];
    createParser({ onEvent: (event) => void all.push(event) }).feed(reply.text());
    return all;
  };
  return {
    ...reply,
    status: () => reply.head().statusCode,
    events,
    types: () => events().map(({ event }) => event),
    deltaText: () =>
      events()
        .filter(({ event }) => event === "delta")
        .map(({ data }) => JSON.parse(data).content)
        .join(""),
  };
};

export type Ask = Model["ask"];

export const answering =
  (...words: string[]) =>
  (): Ask =>
  async (_question, listener) => {
    await listener({ type: "begun", reference: "its name" });
    for (const text of words) await listener({ type: "delta", text });
    await listener({
      type: "facts",
      facts: { usage: { totalTokens: 7 }, sources: [{ document: "manual.pdf" }] },
    });
    return { status: "answered" };
  };

/** Emits a word each second, for this long. */
export const askFor =
  (seconds: number) =>
  (clock: TestClock): Ask =>
  async (_question, listener, { signal }) => {
    for (let n = 0; n < seconds && !signal.aborted; n += 1) {
      await listener({ type: "delta", text: `word${n} ` });
      await clock.sleep(1_000, signal);
    }
    return signal.aborted ? { status: "abandoned" } : { status: "answered" };
  };

/** The function chat-stream with a test clock, stores and model. */
export const setUpChat = (
  askBy: (clock: TestClock) => Ask = answering("You said: ", "hello"),
  options: ModelIntegrationWithKey<DifyType>["options"] = {},
) => {
  const clock = makeTestClock(startMs);
  const log = makeMemoryLog();
  const turns = makeMemoryChatTurns(clock);
  const pieces = makeMemoryPieces();
  const conversations = makeMemoryConversations(clock);
  const guard: { admission: Admission; ofReader: Admission; isRevoked: boolean } = {
    admission: { status: "admitted" },
    ofReader: { status: "admitted" },
    isRevoked: false,
  };
  const model: Pick<Model, "ask" | "resume"> = { ask: askBy(clock) };
  const forwarded: Turn[] = [];
  /** Readers that have disconnected. */
  const left: string[] = [];
  const failing: { store: Error | undefined } = { store: undefined };
  const slots = makeFreeSlots();
  let ids = 0;
  const newId = (): string => {
    ids += 1;
    return `id-${ids}`;
  };
  const forwardTurn = makeForwardTurn({
    conversations,
    models: sameModel({
      ask: (...asked) => model.ask(...asked),
      resume: async (...paused) => (await model.resume?.(...paused)) ?? { status: "answered" },
    }),
    clock,
    log,
    newToken: newId,
  });
  const bots = {
    findWithKeys: async (_app: string, userId: string) => {
      if (failing.store) throw failing.store;
      return userId === "bot-helpdesk" ? bot({ integrations: [difyIntegration({ options })] }) : undefined;
    },
  };
  const hash = (parts: readonly unknown[]) =>
    createHash("sha256").update(JSON.stringify(parts)).digest("base64url");
  const routes = makeChatStreamRoutes({
    verifyUserToken: async (authorization) => {
      const user = users[authorization?.replace("Bearer ", "") ?? ""];
      if (!user) throw badToken("must be a token issued by /user/getToken.json");
      return user;
    },
    revocations: { isRevoked: async () => guard.isRevoked },
    turns,
    beginChatTurn: makeBeginChatTurn({
      openFiles: noUploads,
      bots,
      turns,
      guard: {
        admit: async () => guard.admission,
        release: async () => {},
        cancel: async () => {},
        isRevoked: async () => guard.isRevoked,
      },
      acquireSlot: slots.acquire,
      countTurn: countNothing,
      clock,
      newId,
      hash,
    }),
    beginChatInput: makeBeginChatInput({
      openFiles: noUploads,
      acquireSlot: slots.acquire,
      countTurn: countNothing,
      bots,
      turns,
      conversations,
      guard: {
        admit: async () => guard.admission,
        release: async () => {},
        cancel: async () => {},
        isRevoked: async () => guard.isRevoked,
      },
      clock,
      newId,
      hash,
    }),
    runChatTurn: makeRunChatTurn({
      pseudonymOf,
      turns,
      forwardTurn: (turn, ...rest) => {
        forwarded.push(turn);
        return forwardTurn(turn, ...rest);
      },
      journalOf: makeAnswerJournal({ pieces, clock, log }),
      clock,
      log,
      recordTurn: () => {},
      keepsText: () => false,
    }),
    acquireReader: makeAcquireReader({
      readers: { admit: async () => guard.ofReader, release: async ({ turn }) => void left.push(turn) },
      acquireSlot: slots.acquire,
      newId,
      log,
    }),
    followChatTurn: makeFollowChatTurn({ pieces, turns, clock, log }),
    allowPrivate: false,
    clock,
  });
  const handler = makeStreamedHandler(
    log,
    (request, leftMs) => {
      const route = routes[`${request.method} ${request.route}`];
      if (!route) throw callerError("not_found", "no such path");
      return route(request, leftMs);
    },
    [cors([origin])],
  );

  const call = (
    httpMethod: string,
    resource: string,
    parameters: Record<string, string>,
    { token = "u7", headers = {}, body, rawBody, query = {} }: Call,
  ): ChatCall => {
    const event: Partial<APIGatewayProxyEvent> = {
      resource,
      path: resource,
      httpMethod,
      pathParameters: parameters,
      multiValueQueryStringParameters: Object.fromEntries(
        Object.entries(query).map(([name, value]) => [name, [value]]),
      ),
      headers: { ...(token !== "" && { Authorization: `Bearer ${token}` }), ...headers },
      body: rawBody ?? (body === undefined ? null : JSON.stringify(body)),
    };
    return withEvents(callStreamed(handler, proxyEvent(event)));
  };
  return {
    ...{ clock, log, turns, pieces, conversations, guard, model, forwarded, left, failing, slots },
    chat: (given: Call = {}) =>
      call(
        "POST",
        "/v1/bots/{userId}/chat",
        { userId: given.botId ?? "bot-helpdesk" },
        {
          body: { content: "hello" },
          ...given,
        },
      ),
    input: (turn: string, given: Call = {}) =>
      call(
        "POST",
        "/v1/bots/{userId}/turns/{turn}/input",
        { userId: given.botId ?? "bot-helpdesk", turn },
        given,
      ),
    events: (turn: string, given: Call = {}) =>
      call(
        "GET",
        "/v1/bots/{userId}/turns/{turn}/events",
        { userId: given.botId ?? "bot-helpdesk", turn },
        given,
      ),
  };
};
