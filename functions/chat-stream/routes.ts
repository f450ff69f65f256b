import type { ApiRequest } from "#adapters/api-gateway/api-request.ts";
import { parseJsonBody } from "#adapters/api-gateway/parse-body.ts";
import { parseInput } from "#adapters/api-gateway/parse-input.ts";
import { parameterOf } from "#adapters/api-gateway/path-parameter.ts";
import type { ApiResult } from "#adapters/api-gateway/request-id.ts";
import { type EventResponse, makeEventResponse } from "#adapters/lambda-stream/event-response.ts";
import type { VerifyUserToken } from "#adapters/secrets/verify-user-token.ts";
import type { AcquireReader } from "#core/chat/acquire-reader.ts";
import type { BeginChatTurn, ChatRequest, ReadyChatTurn } from "#core/chat/begin-chat-turn.ts";
import { checkBot, findOwnTurn, revokedToken } from "#core/chat/chat-access.ts";
import { type ChatPosition, readPosition } from "#core/chat/chat-event.ts";
import type { ChatTurn, ChatTurnStore } from "#core/chat/chat-turn.ts";
import type { ChatUser } from "#core/chat/chat-user.ts";
import type { FollowChatTurn } from "#core/chat/follow-chat-turn.ts";
import type { EmitEvent, RunChatTurn } from "#core/chat/run-chat-turn.ts";
import type { TokenRevocations } from "#core/chat/user-guard.ts";
import type { Clock } from "#core/shared/clock.ts";
import { BridgeError, callerError } from "#core/shared/errors.ts";
import { endingMs, maxWholeAnswerMs } from "#core/turn/turn-time.ts";
import { chatHeaders, chatSchema, longestBody } from "./chat-schema.ts";
import { makeWholeAnswer } from "./whole-answer.ts";

export interface ChatStreamPorts {
  readonly verifyUserToken: VerifyUserToken;
  readonly revocations: Pick<TokenRevocations, "isRevoked">;
  readonly turns: Pick<ChatTurnStore, "find">;
  readonly beginChatTurn: BeginChatTurn;
  readonly runChatTurn: RunChatTurn;
  readonly followChatTurn: FollowChatTurn;
  readonly admitReader: AcquireReader;
  readonly clock: Clock;
}

/** Milliseconds since the epoch. */
interface CallTime {
  /** When the answer must have come. */
  readonly deadline: number;
  /** When the function has ended, one way or other. */
  readonly until: number;
}

export type StreamedRoute = (request: ApiRequest, leftMs: number) => Promise<ApiResult>;

/** For how long a client whose conversation is busy should wait. */
const busyRetryMs = 2_000;

const eventHeaders = {
  "content-type": "text/event-stream; charset=utf-8",
  "cache-control": "no-store",
  // Proxies such as nginx would gather it.
  "x-accel-buffering": "no",
};

const wantsWhole = ({ headers }: ApiRequest): boolean => {
  const accept = headers.accept?.toLowerCase() ?? "";
  return accept.includes("application/json") && !accept.includes("text/event-stream");
};

const chatRequestOf = (request: ApiRequest): ChatRequest => {
  const {
    content,
    conversation,
    integration,
    files = [],
  } = parseJsonBody(chatSchema, request.body, longestBody);
  return {
    botUserId: parameterOf(request, "userId"),
    content,
    conversation,
    integration,
    files: files.map(({ type: kind, url }) => ({ kind, url })),
    idempotencyKey: parseInput(chatHeaders, { "Idempotency-Key": request.headers["idempotency-key"] })[
      "Idempotency-Key"
    ],
  };
};

/** As a header where the client can send one, else in the query, as `EventSource` needs it. */
const lastHeardOf = ({ headers, query }: ApiRequest): ChatPosition | undefined => {
  const given = headers["last-event-id"] ?? query.get("lastEventId") ?? "";
  if (given === "") return undefined;
  const position = readPosition(given);
  if (position) return position;
  throw callerError("bad_parameter", "Last-Event-ID: must be the id of an event of this turn");
};

export const makeChatStreamRoutes = ({
  verifyUserToken,
  revocations,
  turns,
  beginChatTurn,
  runChatTurn,
  followChatTurn,
  admitReader,
  clock,
}: ChatStreamPorts): Record<string, StreamedRoute> => {
  const timeOf = (leftMs: number, mostMs = Number.POSITIVE_INFINITY): CallTime => ({
    deadline: clock.now() + Math.min(leftMs - endingMs, mostMs),
    until: clock.now() + leftMs,
  });

  const streamed = ({ body }: EventResponse): ApiResult => ({ statusCode: 200, headers: eventHeaders, body });

  /** A reply that leaves with its first event; what breaks before it is thrown. */
  const runInStream = async (ready: ReadyChatTurn, deadline: number): Promise<ApiResult> => {
    const response = makeEventResponse(clock);
    const begun = Promise.withResolvers<"emitted">();
    const emit: EmitEvent = (event, position) => {
      begun.resolve("emitted");
      return response.emit(event, position);
    };
    const done = runChatTurn(ready, emit, deadline).finally(response.end);
    if ((await Promise.race([begun.promise, done])) === "busy") throw busy();
    // It rejects only where nothing was told.
    done.catch(() => {});
    return streamed(response);
  };

  /** A reply that leaves at once: a turn that is known may be silent for long. */
  const followInStream = async (
    user: ChatUser,
    turn: ChatTurn,
    lastHeard: ChatPosition | undefined,
    { deadline, until }: CallTime,
  ): Promise<ApiResult> => {
    const leave = await admitReader(user, until);
    const response = makeEventResponse(clock);
    followChatTurn(turn, lastHeard, response.emit, deadline)
      // It tells itself what breaks, and a rejection that nobody takes would end the runtime process.
      .catch(() => {})
      .finally(leave)
      .finally(response.end);
    return streamed(response);
  };

  const followWhole = async (
    user: ChatUser,
    turn: ChatTurn,
    { deadline, until }: CallTime,
  ): Promise<ApiResult> => {
    const leave = await admitReader(user, until);
    const answer = makeWholeAnswer();
    await followChatTurn(turn, undefined, answer.emit, deadline).finally(leave);
    return answer.reply();
  };

  const runWhole = async (ready: ReadyChatTurn, deadline: number): Promise<ApiResult> => {
    const answer = makeWholeAnswer();
    if ((await runChatTurn(ready, answer.emit, deadline)) === "busy") throw busy();
    return answer.reply();
  };

  return {
    "POST /v1/bots/{userId}/chat": async (request, leftMs) => {
      const user = await verifyUserToken(request.headers.authorization);
      const isWhole = wantsWhole(request);
      const time = timeOf(leftMs, isWhole ? maxWholeAnswerMs : undefined);
      const begun = await beginChatTurn(user, chatRequestOf(request), time.until);
      if (begun.status === "existing") {
        return isWhole
          ? followWhole(user, begun.turn, time)
          : followInStream(user, begun.turn, undefined, time);
      }
      return isWhole ? runWhole(begun.ready, time.deadline) : runInStream(begun.ready, time.deadline);
    },

    "GET /v1/bots/{userId}/turns/{turn}/events": async (request, leftMs) => {
      const user = await verifyUserToken(request.headers.authorization);
      const botUserId = parameterOf(request, "userId");
      checkBot(user, botUserId);
      const lastHeard = lastHeardOf(request);
      const [turn, isRevoked] = await Promise.all([
        findOwnTurn(turns, user, botUserId, parameterOf(request, "turn")),
        revocations.isRevoked(user),
      ]);
      if (isRevoked) throw revokedToken();
      if (!turn.keepsAnswer) {
        throw callerError("not_found", "turn: its answer is not kept, ask with an Idempotency-Key");
      }
      if (turn.replayUntil !== undefined && turn.replayUntil <= clock.now()) {
        throw callerError("not_found", "turn: its answer is not kept any more");
      }
      // It has heard all there is; EventSource asks again until it is told so.
      if (lastHeard?.ended && lastHeard.attempt === turn.attempt)
        return { statusCode: 204, headers: {}, body: "" };
      return followInStream(user, turn, lastHeard, timeOf(leftMs));
    },
  };
};

const busy = (): BridgeError =>
  new BridgeError("conflict", "conversation: another turn runs in it, please wait for its end", {
    expose: true,
    retryable: true,
    retryAfterMs: busyRetryMs,
  });
