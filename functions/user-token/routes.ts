import { ForwardedReply } from "#adapters/api-gateway/forwarded-reply.ts";
import { formContentType, toRouteCall } from "#adapters/api-gateway/forwarded-request.ts";
import { parseFormBody } from "#adapters/api-gateway/parse-body.ts";
import type { SignedRoute } from "#adapters/api-gateway/signed-api.ts";
import type { AppWithKeys } from "#adapters/secrets/app-secrets.ts";
import type { ExpireUserTokens, IssueUserToken } from "#core/chat/user-tokens.ts";
import type { Clock } from "#core/shared/clock.ts";
import { expirySchema, repeatableExpiryFields } from "./expiry-schema.ts";
import type { TokenReply } from "./token-reply.ts";
import { repeatableFields, userSchema } from "./user-schema.ts";

export interface TokenRoutesPorts {
  readonly issueUserToken: IssueUserToken<AppWithKeys>;
  readonly expireUserTokens: ExpireUserTokens;
  readonly clock: Clock;
}

export const makeTokenRoutes = ({
  issueUserToken,
  expireUserTokens,
  clock,
}: TokenRoutesPorts): Record<string, SignedRoute> => ({
  "/user/getToken.json": async (app, request): Promise<TokenReply | ForwardedReply> => {
    const { userId, name, portraitUri, bots } = parseFormBody(userSchema, request.body, repeatableFields);
    const call = toRouteCall(app.appKey, request, formContentType);
    const issued = await issueUserToken(app, { userId, name, portraitUri, bots }, call);
    if (issued.status === "refused") return new ForwardedReply(issued.reply);
    return { ...issued.imFields, userId, ...issued.tokens };
  },
  "/user/token/expire.json": async ({ appKey }, request) => {
    const now = clock.now();
    const { userId: userIds, time = now } = parseFormBody(
      expirySchema(now),
      request.body,
      repeatableExpiryFields,
    );
    const refusal = await expireUserTokens(userIds, time, toRouteCall(appKey, request, formContentType));
    return refusal ? new ForwardedReply(refusal) : {};
  },
});
