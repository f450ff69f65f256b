import { decodeJwt, decodeProtectedHeader, errors, jwtVerify } from "jose";
import * as v from "valibot";
import { badToken } from "#core/chat/chat-access.ts";
import type { ChatUser } from "#core/chat/chat-user.ts";
import type { Clock } from "#core/shared/clock.ts";
import type { BridgeError } from "#core/shared/errors.ts";
import type { AppSecrets } from "./app-secrets.ts";
import { algorithm, issuer, userTokenClaims } from "./user-token-claims.ts";

/** Verifies an `Authorization` header. @throws BridgeError `bad_token` with the rule that it breaks. */
export type VerifyUserToken = (authorization: string | undefined) => Promise<ChatUser>;

export interface VerifyUserTokenPorts {
  readonly apps: Pick<AppSecrets, "find">;
  readonly clock: Clock;
}

/** The largest issued token has 3 KB (functions/user-token/user-schema.ts). */
const maxTokenCharacters = 4096;
const maxHeaderCharacters = maxTokenCharacters + "Bearer ".length;
/** How far the clock of the issuing machine may be ahead. */
const maxClockSkewMs = 60_000;

const bearer = /^Bearer +([\w-]+\.[\w-]+\.([\w-]+))$/i;

const malformed = (): BridgeError => badToken("must be a token issued by /user/getToken.json");
const unknownKey = (): BridgeError => badToken("signed with an unknown key; get a new token");

/** Rejects alternative encodings of the same bytes (unused trailing bits), so that each token has one representation. */
const isCanonical = (base64url: string): boolean =>
  Buffer.from(base64url, "base64url").toString("base64url") === base64url;

const tokenIn = (authorization: string | undefined): string => {
  if (!authorization) throw badToken("is required, as `Authorization: Bearer <token>`");
  if (authorization.length > maxHeaderCharacters) throw badToken(`at most ${maxTokenCharacters} characters`);
  const [, token, signature] = bearer.exec(authorization) ?? [];
  if (token === undefined || signature === undefined || !isCanonical(signature)) throw malformed();
  return token;
};

const claimedHeader = v.object({ alg: v.literal(algorithm), kid: v.string() });
const claimedPayload = v.object({ aud: v.string() });

/** The unverified app and key id of a token, to find the key that verifies it. */
const unverifiedClaims = (token: string): { appKey: string; kid: string } => {
  try {
    const { kid } = v.parse(claimedHeader, decodeProtectedHeader(token));
    const { aud } = v.parse(claimedPayload, decodeJwt(token));
    return { appKey: aud, kid };
  } catch {
    throw malformed();
  }
};

const refusalOf = (error: unknown): BridgeError => {
  if (error instanceof errors.JWTExpired) return badToken("has expired; get a new token");
  if (error instanceof errors.JWSSignatureVerificationFailed) return badToken("its signature is invalid");
  return malformed();
};

/** Verifies a token and returns its user. It does not check revocations: they are in the user guard. */
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
    const { appKey, kid } = unverifiedClaims(token);
    const app = await apps.find(appKey);
    const tokenKey = app?.tokenKeys.find(({ id }) => id === kid);
    if (!tokenKey) throw unknownKey();
    const { sub, iat_ms, bots } = await verified(token, tokenKey.key, appKey);
    if (iat_ms > clock.now() + maxClockSkewMs) throw badToken("was issued in the future");
    return { appKey, userId: sub, bots, issuedAt: iat_ms };
  };
};
