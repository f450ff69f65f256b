import * as v from "valibot";
import { parseFormBody } from "../adapters/api-gateway/parse-body.ts";
import { PassedReply } from "../adapters/api-gateway/passed-reply.ts";
import type { SignedRoute } from "../adapters/api-gateway/signed-api.ts";
import type { SignUserToken } from "../adapters/secrets/user-tokens.ts";
import type { PassOn } from "../core/messages/pass-on.ts";
import type { TokenReply } from "./token-reply.ts";
import { userSchema } from "./user-schema.ts";

export interface TokenRoutesPorts {
  readonly signUserToken: SignUserToken;
  /** Undefined where no real IM is behind us. */
  readonly passOn: PassOn | undefined;
}

const given = v.pipe(v.string(), v.parseJson(), v.looseObject({ code: v.literal(200), token: v.string() }));

/** Over a real IM `token` is the IM's own, and `botToken` ours; stand-alone `token` is ours. */
export const makeTokenRoutes = ({
  signUserToken,
  passOn,
}: TokenRoutesPorts): Record<string, SignedRoute> => ({
  "/user/getToken.json": async (app, { route, body }): Promise<TokenReply | PassedReply> => {
    const { userId } = parseFormBody(userSchema, body);
    const ours = await signUserToken(app, userId);
    if (!passOn) return { userId, token: ours };
    const reply = await passOn({
      appKey: app.appKey,
      method: "POST",
      path: route,
      contentType: "application/x-www-form-urlencoded",
      body: body.toString(),
    });
    const theirs = v.safeParse(given, reply.body);
    if (reply.status !== 200 || !theirs.success) return new PassedReply(reply);
    return { ...theirs.output, userId, botToken: ours };
  },
});
