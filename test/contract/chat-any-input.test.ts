import { createHash } from "node:crypto";
import { beforeAll, describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { makeApiHandler } from "#adapters/api-gateway/api-handler.ts";
import { makeAnswerPiecesTable } from "#adapters/dynamodb/answer-pieces-table.ts";
import { makeBotsTable } from "#adapters/dynamodb/bots-table.ts";
import { makeChatTurnsTable } from "#adapters/dynamodb/chat-turns-table.ts";
import { makeSlotsTable } from "#adapters/dynamodb/slots-table.ts";
import { noStories } from "#adapters/dynamodb/story-attributes.ts";
import { makeUserGuard } from "#adapters/dynamodb/user-guard.ts";
import { makeStreamedHandler } from "#adapters/lambda-stream/streamed-handler.ts";
import { makeUploadTokens } from "#adapters/secrets/upload-tokens.ts";
import type { Model } from "#core/answer/model.ts";
import { makeAcquireReader } from "#core/chat/acquire-reader.ts";
import { makeAnswerJournal } from "#core/chat/answer-journal.ts";
import { makeBeginChatInput } from "#core/chat/begin-chat-input.ts";
import { makeBeginChatTurn } from "#core/chat/begin-chat-turn.ts";
import type { AcquireChatSlot } from "#core/chat/chat-access.ts";
import { makeChatConversations } from "#core/chat/chat-conversations.ts";
import { makeConversationMessages } from "#core/chat/conversation-messages.ts";
import { makeFollowChatTurn } from "#core/chat/follow-chat-turn.ts";
import { makeRunChatTurn } from "#core/chat/run-chat-turn.ts";
import { makeStopChatTurn } from "#core/chat/stop-chat-turn.ts";
import { makeTurnFeedback } from "#core/chat/turn-feedback.ts";
import { makeUploadChatFile } from "#core/chat/upload-chat-file.ts";
import { callerError } from "#core/shared/errors.ts";
import { botSlot, makeAcquireSlots } from "#core/shared/slots.ts";
import { makeForwardTurn } from "#core/turn/forward-turn.ts";
import { makeAnswerUser } from "../../functions/chat-control/answer-user.ts";
import { makeChatControlRoutes } from "../../functions/chat-control/routes.ts";
import { makeChatStreamRoutes } from "../../functions/chat-stream/routes.ts";
import { chatUser } from "../support/chat/chat-turns.ts";
import { noUploads } from "../support/chat/no-uploads.ts";
import { closeAfterAll } from "../support/close-after.ts";
import { anyApp, conversationStore } from "../support/conversations.ts";
import { countNothing } from "../support/count-nothing.ts";
import { startTable } from "../support/dynamodb.ts";
import { makeMemoryLog } from "../support/memory-log.ts";
import { makeMemoryMetrics } from "../support/memory-metrics.ts";
import { sameModel } from "../support/models.ts";
import { pseudonymOf } from "../support/pseudonyms.ts";
import { callStreamed } from "../support/streamed-call.ts";
import { makeTestClock } from "../support/test-clock.ts";
import { bot } from "../support/turns.ts";
import { lambdaContext, proxyEvent } from "../unit/adapters/api-gateway/proxy-event.ts";
import { anyText } from "../unit/adapters/node/any-text.ts";

const botPath = "/v1/bots/{userId}";

/** Both functions of the chat API with tables of their own, for one user. */
const startChat = async () => {
  const [botsTable, conversationsTable, turnsTable, guardsTable] = [
    closeAfterAll(await startTable("bots")),
    closeAfterAll(await startTable("conversations")),
    closeAfterAll(await startTable("turns")),
    closeAfterAll(await startTable("guards")),
  ];
  const clock = makeTestClock(Date.UTC(2026, 0, 1));
  const log = makeMemoryLog();
  const apps = anyApp();
  const bots = makeBotsTable({ ...botsTable, apps, clock });
  const conversations = conversationStore({ ...conversationsTable, clock });
  const turns = makeChatTurnsTable({ ...turnsTable, clock, stories: noStories });
  const pieces = makeAnswerPiecesTable({ ...guardsTable, apps, clock });
  const limits = { turnsPerMinute: 10_000, turnsAtOnce: 10_000 };
  const guard = makeUserGuard({ ...guardsTable, clock, counts: "turns", limits });
  const readers = makeUserGuard({ ...guardsTable, clock, counts: "readers", limits });
  const acquireSlots = makeAcquireSlots({
    store: makeSlotsTable({ ...guardsTable, clock, random: () => 0.5 }),
    ...{ channel: "http", clock, metrics: makeMemoryMetrics(), log },
  });
  const slotLimits = { perApp: 10_000, perBot: 10_000 };
  const acquireSlot: AcquireChatSlot = (slot) => acquireSlots([botSlot("http", slot, slotLimits)]);
  const hash = (parts: readonly unknown[]): string =>
    createHash("sha256").update(JSON.stringify(parts)).digest("base64url");
  const ask: Model["ask"] = async (_question, listener) => {
    await listener({ type: "delta", text: "hello" });
    return { status: "answered" };
  };
  const models = sameModel({ ask, upload: async (_to, _userId, { kind }) => ({ kind, uploadId: "f1" }) });
  let ids = 0;
  const newId = (): string => {
    ids += 1;
    return `id-${ids}`;
  };
  await bots.create("app-one", bot(), 10);

  const verifyUserToken = async () => chatUser();
  const control = makeApiHandler(
    log,
    makeAnswerUser(
      { verifyUserToken, revocations: guard },
      makeChatControlRoutes({
        stopChatTurn: makeStopChatTurn({ turns, bots, models, log }),
        feedback: makeTurnFeedback({ turns, bots, models }),
        conversations: makeChatConversations({ bots, conversations }),
        readMessages: makeConversationMessages({ bots, conversations, models, clock }),
        uploadFile: makeUploadChatFile({
          bots,
          models,
          uploads: makeUserGuard({ ...guardsTable, clock, counts: "uploads", limits }),
          tokens: makeUploadTokens({ apps, clock }),
          clock,
          newId,
          log,
        }),
      }),
    ),
  );
  const streamRoutes = makeChatStreamRoutes({
    verifyUserToken,
    revocations: guard,
    turns,
    beginChatTurn: makeBeginChatTurn({
      openFiles: noUploads,
      bots,
      turns,
      guard,
      acquireSlot,
      countTurn: countNothing,
      clock,
      newId,
      hash,
    }),
    beginChatInput: makeBeginChatInput({
      openFiles: noUploads,
      ...{ bots, turns, conversations, guard, acquireSlot, countTurn: countNothing, clock, newId, hash },
    }),
    runChatTurn: makeRunChatTurn({
      pseudonymOf,
      ...{ turns, clock, log },
      forwardTurn: makeForwardTurn({ conversations, models, clock, log, newToken: newId }),
      journalOf: makeAnswerJournal({ pieces, clock, log }),
      recordTurn: () => {},
      keepsText: () => false,
    }),
    acquireReader: makeAcquireReader({ readers, acquireSlot, newId, log }),
    followChatTurn: makeFollowChatTurn({ pieces, turns, clock, log }),
    allowPrivate: false,
    clock,
  });
  const stream = makeStreamedHandler(
    log,
    (request, leftMs) => {
      const route = streamRoutes[`${request.method} ${request.route}`];
      if (!route) throw callerError("not_found", "no such path");
      return route(request, leftMs);
    },
    [],
  );
  return { control, stream, log };
};

let chat: Awaited<ReturnType<typeof startChat>>;
beforeAll(async () => {
  chat = await startChat();
});

interface Sent {
  readonly userId: string;
  readonly turn: string;
  readonly conversation: string;
  readonly header: string;
  readonly isWhole: boolean;
}

const odd = [
  "\0",
  "\ud800",
  "\udfff",
  "%00",
  "%ff",
  "%",
  "..",
  "/",
  "__proto__",
  "#",
  "\u2028",
  "字",
  "😀",
  "\u202e",
];
const value = (valid: string): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 2, arbitrary: fc.constant(valid) },
    anyText,
    fc
      .tuple(fc.constantFrom("a", ...odd), fc.constantFrom(1, 63, 64, 65, 1_024, 2_049, 8_000))
      .map(([character, times]) => character.repeat(times)),
    fc.constantFrom(...odd).map((character) => `bot${character}helpdesk`),
  );
const sent: fc.Arbitrary<Sent> = fc.record({
  userId: value("bot-helpdesk"),
  turn: value("id-1"),
  conversation: value("trip"),
  header: value("key-1"),
  isWhole: fc.boolean(),
});

const eventOf = (httpMethod: string, route: string, { userId, turn, conversation, header, isWhole }: Sent) =>
  proxyEvent({
    resource: route,
    path: route.replace("{userId}", userId).replace("{turn}", turn),
    httpMethod,
    pathParameters: { userId, turn },
    multiValueQueryStringParameters: {
      conversation: [conversation],
      lastEventId: [header],
      before: [header],
      limit: [turn],
      [header]: [header],
    },
    headers: {
      Authorization: "Bearer u7",
      Accept: isWhole ? "application/json" : "text/event-stream",
      "Idempotency-Key": header,
      "X-Request-ID": header,
      Origin: header,
      ...(turn.length < 64 && { "Last-Event-ID": header }),
    },
    body: JSON.stringify(
      route.endsWith("feedback")
        ? { rating: "like", content: conversation }
        : { content: conversation, conversation, action: header, inputs: { [conversation]: header } },
    ),
  });

/** Every line of the log is short, and none is about an error of the bridge. */
const expectNoError = (status: number): void => {
  expect(status).toBeLessThan(500);
  const { lines } = chat.log;
  expect(lines.filter(({ level }) => level === "error")).toEqual([]);
  for (const line of lines) expect(JSON.stringify(line).length).toBeLessThan(2_000);
  lines.length = 0;
};

const control = [
  ["POST", `${botPath}/turns/{turn}/stop`],
  ["POST", `${botPath}/turns/{turn}/feedback`],
  ["GET", `${botPath}/turns/{turn}/suggested`],
  ["GET", `${botPath}/conversation`],
  ["GET", `${botPath}/conversation/messages`],
  ["POST", `${botPath}/files`],
  ["DELETE", `${botPath}/conversation`],
] as const;

describe("no id, name or header causes an error of the bridge", () => {
  test.each(control)("%s %s", async (method, route) => {
    await fc.assert(
      fc.asyncProperty(sent, async (given) => {
        const { statusCode } = await chat.control(eventOf(method, route, given), lambdaContext);
        expectNoError(statusCode);
      }),
      { numRuns: 60 },
    );
  });

  test.each([
    ["POST", `${botPath}/chat`],
    ["POST", `${botPath}/turns/{turn}/input`],
    ["GET", `${botPath}/turns/{turn}/events`],
  ])("%s %s", async (method, route) => {
    await fc.assert(
      fc.asyncProperty(sent, async (given) => {
        const reply = callStreamed(chat.stream, eventOf(method, route, given));
        await reply.done;
        expectNoError(reply.head().statusCode);
      }),
      { numRuns: 60 },
    );
  });
});
