import type { ApiRequest } from "#adapters/api-gateway/api-request.ts";
import { pathParameter } from "#adapters/api-gateway/path-parameter.ts";
import type { ApiResult } from "#adapters/api-gateway/request-id.ts";
import { type EventResponse, makeEventResponse } from "#adapters/lambda-stream/event-response.ts";
import type { VerifyUserToken } from "#adapters/secrets/verify-user-token.ts";
import type { AcquireReader } from "#core/chat/acquire-reader.ts";
import type { BeginChatInput } from "#core/chat/begin-chat-input.ts";
import type { BeginChatTurn, BegunChatTurn, ReadyChatTurn } from "#core/chat/begin-chat-turn.ts";
import { checkBot, findOwnTurn, revokedToken } from "#core/chat/chat-access.ts";
import type { ChatPart, ChatPosition } from "#core/chat/chat-event.ts";
import type { ChatTurn, ChatTurnStore } from "#core/chat/chat-turn.ts";
import type { ChatUser } from "#core/chat/chat-user.ts";
import type { FollowChatTurn } from "#core/chat/follow-chat-turn.ts";
import type { EmitEvent, RunChatTurn } from "#core/chat/run-chat-turn.ts";
import type { TokenRevocations } from "#core/chat/user-guard.ts";
import type { Clock } from "#core/shared/clock.ts";
import { BridgeError, callerError } from "#core/shared/errors.ts";
import { endingMs, maxWholeAnswerMs } from "#core/turn/turn-time.ts";
import { lastPositionOf, makeReadRequests, wantsJson } from "./read-requests.ts";
import type { ChatStreamRoute } from "./route-keys.ts";
import { makeWholeAnswer } from "./whole-answer.ts";

export interface ChatStreamPorts {
  readonly verifyUserToken: VerifyUserToken;
  readonly revocations: Pick<TokenRevocations, "isRevoked">;
  readonly turns: Pick<ChatTurnStore, "find">;
  readonly beginChatTurn: BeginChatTurn;
  readonly beginChatInput: BeginChatInput;
  readonly runChatTurn: RunChatTurn;
  readonly followChatTurn: FollowChatTurn;
  readonly acquireReader: AcquireReader;
  /** Whether files may have private addresses: see `fileUrlFault`. */
  readonly allowPrivate: boolean;
  readonly clock: Clock;
}

/** Milliseconds since the epoch. */
interface CallTime {
  /** When the answer must have ended. */
  readonly deadline: number;
  /** When the invocation ends at the latest. */
  readonly until: number;
}

export type StreamedRoute = (request: ApiRequest, leftMs: number) => Promise<ApiResult>;

/** The `Retry-After` of a busy conversation. */
const busyRetryMs = 2_000;

const eventHeaders = {
  "content-type": "text/event-stream; charset=utf-8",
  "cache-control": "no-store",
  // Asks proxies such as nginx not to buffer the response.
  "x-accel-buffering": "no",
};

export const makeChatStreamRoutes = ({
  verifyUserToken,
  revocations,
  turns,
  beginChatTurn,
  beginChatInput,
  runChatTurn,
  followChatTurn,
  acquireReader,
  allowPrivate,
  clock,
}: ChatStreamPorts): Record<string, StreamedRoute> => {
  const { chatRequestOf, chatInputOf } = makeReadRequests(allowPrivate);

  const timeOf = (leftMs: number, maxMs = Number.POSITIVE_INFINITY): CallTime => ({
    deadline: clock.now() + Math.min(leftMs - endingMs, maxMs),
    until: clock.now() + leftMs,
  });

  const streamed = ({ body }: EventResponse): ApiResult => ({ statusCode: 200, headers: eventHeaders, body });

  /** A response that starts with the first event. Earlier errors are thrown. */
  const runInStream = async (ready: ReadyChatTurn, deadline: number): Promise<ApiResult> => {
    const response = makeEventResponse(clock);
    const firstEvent = Promise.withResolvers<"emitted">();
    const emit: EmitEvent = (event, position) => {
      firstEvent.resolve("emitted");
      return response.emit(event, position);
    };
    const ended = runChatTurn(ready, { emit }, deadline).finally(response.end);
    if ((await Promise.race([firstEvent.promise, ended])) === "busy") throw busy();
    // It only rejects before the first event; this prevents an unhandled rejection.
    ended.catch(() => {});
    return streamed(response);
  };

  /** A response that starts immediately, as a known turn may emit nothing for a long time. */
  const followInStream = async (
    user: ChatUser,
    turn: ChatTurn,
    lastPosition: ChatPosition | undefined,
    { deadline, until }: CallTime,
  ): Promise<ApiResult> => {
    const release = await acquireReader(user, turn.botUserId, until);
    const response = makeEventResponse(clock);
    followChatTurn(turn, lastPosition, response.emit, deadline)
      // It emits its errors itself, and an unhandled rejection would end the runtime process.
      .catch(() => {})
      .finally(release)
      .finally(response.end);
    return streamed(response);
  };

  const followWhole = async (
    user: ChatUser,
    turn: ChatTurn,
    parts: readonly ChatPart[],
    { deadline, until }: CallTime,
  ): Promise<ApiResult> => {
    const release = await acquireReader(user, turn.botUserId, until);
    const answer = makeWholeAnswer(parts);
    await followChatTurn(turn, undefined, answer.emit, deadline).finally(release);
    return answer.reply();
  };

  const runWhole = async (ready: ReadyChatTurn, deadline: number): Promise<ApiResult> => {
    const answer = makeWholeAnswer(ready.parts);
    if ((await runChatTurn(ready, answer, deadline)) === "busy") throw busy();
    return answer.reply();
  };

  /** A route that begins a turn, or a run that continues one, and sends its answer. */
  const answerRoute =
    <Asked extends { readonly parts: readonly ChatPart[] }>(
      read: (request: ApiRequest) => Asked,
      begin: (user: ChatUser, asked: Asked, until: number) => Promise<BegunChatTurn>,
    ): StreamedRoute =>
    async (request, leftMs) => {
      const user = await verifyUserToken(request.headers.authorization);
      const asked = read(request);
      const isWhole = wantsJson(request);
      const time = timeOf(leftMs, isWhole ? maxWholeAnswerMs : undefined);
      const result = await begin(user, asked, time.until);
      if (result.status === "existing") {
        return isWhole
          ? followWhole(user, result.turn, asked.parts, time)
          : followInStream(user, result.turn, undefined, time);
      }
      return isWhole ? runWhole(result.ready, time.deadline) : runInStream(result.ready, time.deadline);
    };

  return {
    "POST /v1/bots/{userId}/chat": answerRoute(chatRequestOf, beginChatTurn),

    "POST /v1/bots/{userId}/turns/{turn}/input": answerRoute(chatInputOf, beginChatInput),

    "GET /v1/bots/{userId}/turns/{turn}/events": async (request, leftMs) => {
      const user = await verifyUserToken(request.headers.authorization);
      const botUserId = pathParameter(request, "userId");
      checkBot(user, botUserId);
      const lastPosition = lastPositionOf(request);
      const [turn, isRevoked] = await Promise.all([
        findOwnTurn(turns, user, botUserId, pathParameter(request, "turn")),
        revocations.isRevoked(user),
      ]);
      if (isRevoked) throw revokedToken();
      if (!turn.keepsAnswer) {
        throw callerError(
          "not_found",
          "turn: the answer was not stored; send questions with an Idempotency-Key",
        );
      }
      if (turn.replayUntil !== undefined && turn.replayUntil <= clock.now()) {
        throw callerError("not_found", "turn: the answer has expired");
      }
      // The client has received everything. EventSource reconnects until it gets a 204.
      if (lastPosition?.ended && lastPosition.attempt === turn.attempt)
        return { statusCode: 204, headers: {}, body: "" };
      return followInStream(user, turn, lastPosition, timeOf(leftMs));
    },
  } satisfies Record<ChatStreamRoute, StreamedRoute>;
};

const busy = (): BridgeError =>
  new BridgeError("conflict", "conversation: another turn is in progress in this conversation; retry later", {
    expose: true,
    retryable: true,
    retryAfterMs: busyRetryMs,
  });
