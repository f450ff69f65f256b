import type { ApiRequest } from "#adapters/api-gateway/api-request.ts";
import { pathParameter } from "#adapters/api-gateway/path-parameter.ts";
import type { VerifyUserToken } from "#adapters/secrets/verify-user-token.ts";
import { checkBot, revokedToken } from "#core/chat/chat-access.ts";
import type { TokenRevocations } from "#core/chat/user-guard.ts";
import { callerError } from "#core/shared/errors.ts";
import type { UserRoute } from "./routes.ts";

export interface AnswerUserPorts {
  readonly verifyUserToken: VerifyUserToken;
  readonly revocations: Pick<TokenRevocations, "isRevoked">;
}

/** Authenticates the user and checks access to the bot, then calls the route. */
export const makeAnswerUser =
  ({ verifyUserToken, revocations }: AnswerUserPorts, routes: Readonly<Record<string, UserRoute>>) =>
  async (request: ApiRequest): Promise<object> => {
    const route = routes[`${request.method} ${request.route}`];
    if (!route) throw callerError("not_found", "no such path");
    const user = await verifyUserToken(request.headers.authorization);
    const botUserId = pathParameter(request, "userId");
    checkBot(user, botUserId);
    if (await revocations.isRevoked(user)) throw revokedToken();
    return { code: 200, ...(await route(user, botUserId, request)) };
  };
