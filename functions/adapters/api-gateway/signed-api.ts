import type { VerifyCall } from "#adapters/rongcloud/verify-call.ts";
import type { AppWithKeys } from "#adapters/secrets/app-secrets.ts";
import { callerError } from "#core/shared/errors.ts";
import type { Log } from "#core/shared/log.ts";
import { makeApiHandler } from "./api-handler.ts";
import type { ApiRequest } from "./api-request.ts";
import { ForwardedReply } from "./forwarded-reply.ts";

/** Handles one path for the app that signed the call. The result is merged with `{"code":200}`, except a forwarded reply. */
export type SignedRoute = (app: AppWithKeys, request: ApiRequest) => Promise<object | ForwardedReply>;

export interface SignedApiPorts {
  readonly verifyCall: VerifyCall;
  readonly log: Log;
}

/** A handler for paths of the server API. The signature is verified before the body is parsed. */
export const makeSignedApi = (
  { verifyCall, log }: SignedApiPorts,
  routes: Readonly<Record<string, SignedRoute>>,
) => {
  const byRoute = new Map(Object.entries(routes));
  return makeApiHandler(log, async (request) => {
    const route = byRoute.get(request.route);
    if (!route) throw callerError("not_found", "no such path");
    const app = await verifyCall(request.headers);
    const answer = await route(app, request);
    return answer instanceof ForwardedReply ? answer : { code: 200, ...answer };
  });
};
