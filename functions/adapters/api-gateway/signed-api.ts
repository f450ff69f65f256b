import type { VerifyCall } from "#adapters/rongcloud/verify-call.ts";
import type { AppWithKeys } from "#adapters/secrets/app-secrets.ts";
import { callerError } from "#core/shared/errors.ts";
import type { Log } from "#core/shared/log.ts";
import { makeApiHandler } from "./api-handler.ts";
import type { ApiRequest } from "./api-request.ts";
import { PassedReply } from "./passed-reply.ts";

/** Answers one path for the app that signed; what it gives joins `{"code":200}`, unless it is the IM's own answer. */
export type SignedRoute = (app: AppWithKeys, request: ApiRequest) => Promise<object | PassedReply>;

export interface SignedApiPorts {
  readonly verifyCall: VerifyCall;
  readonly log: Log;
}

/** A handler for paths of the server API: the signature is checked before the body is looked at. */
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
    return answer instanceof PassedReply ? answer : { code: 200, ...answer };
  });
};
