import { decodeJwt, decodeProtectedHeader, errors, jwtVerify } from "jose";
import * as v from "valibot";
import { badToken } from "#core/chat/chat-access.ts";
import type { ChatUser } from "#core/chat/chat-user.ts";
import type { Clock } from "#core/shared/clock.ts";
import type { BridgeError } from "#core/shared/errors.ts";
import type { AppSecrets } from "./app-secrets.ts";
import { algorithm, issuer, userTokenClaims } from "./user-token-claims.ts";

/** Takes the `Authorization` header. @throws BridgeError `bad_token`, naming the rule that was broken. */
export type VerifyUserToken = (authorization: string | undefined) => Promise<ChatUser>;

export interface VerifyUserTokenPorts {
  readonly apps: Pick<AppSecrets, "find">;
  readonly clock: Clock;
}

/** In characters. The largest token of ours has 3 KB (functions/user-token/user-schema.ts). */
const longestToken = 4096;
const longestHeader = longestToken + "Bearer ".length;
/** So far may the clock of the machine that gave a token be ahead of ours. */
const aheadMs = 60_000;

const bearer = /^Bearer +([\w-]+\.[\w-]+\.([\w-]+))$/i;

const malformed = (): BridgeError => badToken("must be one that /user/getToken.json gave");
const unknownKey = (): BridgeError => badToken("its key is not known here, get a new one");

/** Bits that no byte is made of may not differ either: one token is written in one way. */
const isCanonical = (base64url: string): boolean =>
  Buffer.from(base64url, "base64url").toString("base64url") === base64url;

const tokenIn = (authorization: string | undefined): string => {
  if (!authorization) throw badToken("is required, as `Authorization: Bearer <token>`");
  if (authorization.length > longestHeader) throw badToken(`at most ${longestToken} characters`);
  const [, token, signature] = bearer.exec(authorization) ?? [];
  if (token === undefined || signature === undefined || !isCanonical(signature)) throw malformed();
  return token;
};

const claimedHeader = v.object({ alg: v.literal(algorithm), kid: v.string() });
const claimedPayload = v.object({ aud: v.string() });

/** Which app's token it says it is, and by which key: nothing of it is true before that key has verified it. */
const claimsOf = (token: string): { appKey: string; kid: string } => {
  try {
    const { kid } = v.parse(claimedHeader, decodeProtectedHeader(token));
    const { aud } = v.parse(claimedPayload, decodeJwt(token));
    return { appKey: aud, kid };
  } catch {
    throw malformed();
  }
};

const refusalOf = (error: unknown): BridgeError => {
  if (error instanceof errors.JWTExpired) return badToken("has expired, get a new one");
  if (error instanceof errors.JWSSignatureVerificationFailed) return badToken("its signature does not fit");
  return malformed();
};

/** Says whose token it is. Whether it was revoked is not looked at: that stands in the user's guard. */
export const makeVerifyUserToken = ({ apps, clock }: VerifyUserTokenPorts): VerifyUserToken => {
  const verified = async (token: string, key: Uint8Array, appKey: string) => {
    try {
      const { payload } = await jwtVerify(token, key, {
        algorithms: [algorithm],
        issuer,
        audience: appKey,
        requiredClaims: ["sub", "iat", "exp"],
        currentDate: new Date(clock.now()),
      });
      return v.parse(userTokenClaims, payload);
    } catch (error) {
      throw refusalOf(error);
    }
  };

  return async (authorization) => {
    const token = tokenIn(authorization);
    const { appKey, kid } = claimsOf(token);
    const app = await apps.find(appKey);
    const named = app?.tokenKeys.find(({ id }) => id === kid);
    if (!named) throw unknownKey();
    const { sub, iat_ms, bots } = await verified(token, named.key, appKey);
    if (iat_ms > clock.now() + aheadMs) throw badToken("was given later than now");
    return { appKey, userId: sub, bots, issuedAt: iat_ms };
  };
};
