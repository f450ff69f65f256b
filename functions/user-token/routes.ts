import * as v from "valibot";
import type { ApiRequest } from "#adapters/api-gateway/api-request.ts";
import { parseFormBody } from "#adapters/api-gateway/parse-body.ts";
import { PassedReply } from "#adapters/api-gateway/passed-reply.ts";
import type { SignedRoute } from "#adapters/api-gateway/signed-api.ts";
import type { SignUserToken } from "#adapters/secrets/user-tokens.ts";
import type { App } from "#core/bot/app.ts";
import type { TokenRevocations } from "#core/chat/user-guard.ts";
import type { ForwardCall, ForwardedCall } from "#core/intake/forward-call.ts";
import type { Clock } from "#core/shared/clock.ts";
import { expiryRepeatable, expirySchema } from "./expiry-schema.ts";
import type { TokenReply } from "./token-reply.ts";
import { repeatable, userSchema } from "./user-schema.ts";

export interface TokenRoutesPorts {
  readonly signUserToken: SignUserToken;
  readonly revocations: Pick<TokenRevocations, "revoke">;
  readonly clock: Clock;
  /** Undefined where no real IM is behind us. */
  readonly passOn: ForwardCall | undefined;
}

const done = v.looseObject({ code: v.literal(200) });
const given = v.looseObject({ ...done.entries, token: v.string() });

const toCall = ({ appKey }: App, { route }: ApiRequest, body: string): ForwardedCall => ({
  appKey,
  method: "POST",
  path: route,
  contentType: "application/x-www-form-urlencoded",
  body,
});

/** What the IM gave; its own reply, for the caller as it is, where it gave no such thing. */
const askIm = async <T extends v.GenericSchema>(
  passOn: ForwardCall,
  call: ForwardedCall,
  answer: T,
): Promise<v.InferOutput<T> | PassedReply> => {
  const reply = await passOn(call);
  const theirs = v.safeParse(v.pipe(v.string(), v.parseJson(), answer), reply.body);
  return reply.status === 200 && theirs.success ? theirs.output : new PassedReply(reply);
};

/** The form as it came, without what is ours alone. */
const withoutOurs = (form: string): string => {
  const fields = new URLSearchParams(form);
  if (!fields.has("bots")) return form;
  fields.delete("bots");
  return fields.toString();
};

/** RongCloud wants a time. */
const withTime = (form: string, time: number): string =>
  new URLSearchParams(form).has("time") ? form : `${form}&time=${time}`;

/** Over a real IM `token` is the IM's own, and `botToken` ours; stand-alone `token` is ours. */
const giveToken =
  ({ signUserToken, passOn }: TokenRoutesPorts): SignedRoute =>
  async (app, request): Promise<TokenReply | PassedReply> => {
    const { userId, bots } = parseFormBody(userSchema, request.body, repeatable);
    const ours = await signUserToken(app, { userId, bots: bots && [...new Set(bots)] });
    if (!passOn) return { userId, token: ours };
    const theirs = await askIm(passOn, toCall(app, request, withoutOurs(request.body.toString())), given);
    return theirs instanceof PassedReply ? theirs : { ...theirs, userId, botToken: ours };
  };

/** Ours are revoked first: they are so too where the IM refuses or does not answer. */
const expireTokens =
  ({ revocations, clock, passOn }: TokenRoutesPorts): SignedRoute =>
  async (app, request) => {
    const now = clock.now();
    const { userId: userIds, time = now } = parseFormBody(expirySchema(now), request.body, expiryRepeatable);
    await Promise.all(
      [...new Set(userIds)].map((userId) => revocations.revoke({ appKey: app.appKey, userId }, time)),
    );
    if (!passOn) return {};
    const theirs = await askIm(passOn, toCall(app, request, withTime(request.body.toString(), time)), done);
    return theirs instanceof PassedReply ? theirs : {};
  };

export const makeTokenRoutes = (ports: TokenRoutesPorts): Record<string, SignedRoute> => ({
  "/user/getToken.json": giveToken(ports),
  "/user/token/expire.json": expireTokens(ports),
});
