import * as v from "valibot";
import { ForwardedReply } from "#adapters/api-gateway/forwarded-reply.ts";
import { formContentType, toRouteCall } from "#adapters/api-gateway/forwarded-request.ts";
import { parseFormBody } from "#adapters/api-gateway/parse-body.ts";
import type { SignedRoute } from "#adapters/api-gateway/signed-api.ts";
import type { SignUserToken } from "#adapters/secrets/sign-user-token.ts";
import type { TokenRevocations } from "#core/chat/user-guard.ts";
import type { UserProfiles } from "#core/chat/user-profile.ts";
import type { ForwardCall, ForwardedCall } from "#core/intake/forward-call.ts";
import type { Clock } from "#core/shared/clock.ts";
import { expirySchema, repeatableExpiryFields } from "./expiry-schema.ts";
import type { TokenReply } from "./token-reply.ts";
import { repeatableFields, userSchema } from "./user-schema.ts";

export interface TokenRoutesPorts {
  readonly signUserToken: SignUserToken;
  readonly revocations: Pick<TokenRevocations, "revoke">;
  /** Used if there is no real IM, which keeps profiles itself. */
  readonly profiles: Pick<UserProfiles, "save">;
  readonly clock: Clock;
  /** Undefined if there is no real IM (`PASS_THROUGH`). */
  readonly forwardCall: ForwardCall | undefined;
}

const okResponse = v.looseObject({ code: v.literal(200) });
const tokenResponse = v.looseObject({ ...okResponse.entries, token: v.string() });

/** Forwards a call to the IM. Returns the parsed response, or the unchanged reply if it is not a success. */
const askIm = async <T extends v.GenericSchema>(
  forwardCall: ForwardCall,
  call: ForwardedCall,
  answer: T,
): Promise<v.InferOutput<T> | ForwardedReply> => {
  const reply = await forwardCall(call);
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), answer), reply.body);
  return reply.status === 200 && parsed.success ? parsed.output : new ForwardedReply(reply);
};

/** The original form without `bots`, which RongCloud does not have. */
const withoutOwnFields = (form: string): string => {
  const fields = new URLSearchParams(form);
  if (!fields.has("bots")) return form;
  fields.delete("bots");
  return fields.toString();
};

/** RongCloud requires a time. */
const withTime = (form: string, time: number): string =>
  new URLSearchParams(form).has("time") ? form : `${form}&time=${time}`;

/**
 * With a real IM, `token` is the IM's and `botToken` the bridge's, or `imToken` and `token`, for SDKs that read no other field
 * (setting `token` of the app). Without one, `token` is the bridge's.
 */
const issueToken =
  ({ signUserToken, profiles, forwardCall }: TokenRoutesPorts): SignedRoute =>
  async (app, request): Promise<TokenReply | ForwardedReply> => {
    const { userId, name, portraitUri, bots } = parseFormBody(userSchema, request.body, repeatableFields);
    const botToken = await signUserToken(app, { userId, bots: bots && [...new Set(bots)] });
    if (!forwardCall) {
      await profiles.save({ appKey: app.appKey, userId }, { name, portraitUri });
      return { userId, token: botToken };
    }
    const imReply = await askIm(
      forwardCall,
      toRouteCall(app.appKey, request, formContentType, withoutOwnFields(request.body.toString())),
      tokenResponse,
    );
    if (imReply instanceof ForwardedReply) return imReply;
    const tokens =
      app.token === "bridge"
        ? { imToken: imReply.token, token: botToken }
        : { token: imReply.token, botToken };
    return { ...imReply, userId, ...tokens };
  };

/** Revokes the bridge's tokens first, so that they are revoked even if the IM refuses or does not answer. */
const expireTokens =
  ({ revocations, clock, forwardCall }: TokenRoutesPorts): SignedRoute =>
  async (app, request) => {
    const now = clock.now();
    const { userId: userIds, time = now } = parseFormBody(
      expirySchema(now),
      request.body,
      repeatableExpiryFields,
    );
    await Promise.all(
      [...new Set(userIds)].map((userId) => revocations.revoke({ appKey: app.appKey, userId }, time)),
    );
    if (!forwardCall) return {};
    const imReply = await askIm(
      forwardCall,
      toRouteCall(app.appKey, request, formContentType, withTime(request.body.toString(), time)),
      okResponse,
    );
    return imReply instanceof ForwardedReply ? imReply : {};
  };

export const makeTokenRoutes = (ports: TokenRoutesPorts): Record<string, SignedRoute> => ({
  "/user/getToken.json": issueToken(ports),
  "/user/token/expire.json": expireTokens(ports),
});
