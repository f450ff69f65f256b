import { decodeJwt, decodeProtectedHeader, errors, jwtVerify } from "jose";
import * as v from "valibot";
import { badToken } from "#core/chat/chat-access.ts";
import type { ChatUser } from "#core/chat/chat-user.ts";
import type { Clock } from "#core/shared/clock.ts";
import { BridgeError } from "#core/shared/errors.ts";
import type { AppSecrets } from "./app-secrets.ts";
import { algorithm, olderIssuer, olderUserTokenClaims, userTokenClaims } from "./user-token-claims.ts";

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

/** Tokens of version 0.2 name their key. */
const claimedHeader = v.object({ alg: v.literal(algorithm), kid: v.exactOptional(v.string()) });
const claimedPayload = v.object({ aud: v.string() });

/** The unverified app of a token, and the id of its key if it names one, to find the keys that may verify it. */
const unverifiedClaims = (token: string): { appKey: string; kid: string | undefined } => {
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
  if (error instanceof errors.JWSSignatureVerificationFailed)
    return badToken("its signature is invalid or its key was removed; get a new token");
  return malformed();
};

const isWronglySigned = (error: unknown): boolean => error instanceof errors.JWSSignatureVerificationFailed;

/** Verifies a token and returns its user. It does not check revocations: they are in the user guard. */
export const makeVerifyUserToken = ({ apps, clock }: VerifyUserTokenPorts): VerifyUserToken => {
  const verified = async (token: string, key: Uint8Array, audience: string, isOlder: boolean) => {
    const { payload } = await jwtVerify(token, key, {
      algorithms: [algorithm],
      audience,
      requiredClaims: ["sub", "iat", "exp"],
      currentDate: new Date(clock.now()),
      ...(isOlder && { issuer: olderIssuer }),
    });
    return v.parse(isOlder ? olderUserTokenClaims : userTokenClaims, payload);
  };

  return async (authorization) => {
    const token = tokenIn(authorization);
    const { appKey, kid } = unverifiedClaims(token);
    const app = await apps.find(appKey);
    const keys = (app?.tokenKeys ?? []).filter(({ id }) => kid === undefined || id === kid);
    if (keys.length === 0) throw unknownKey();
    let fault: unknown;
    for (const { key } of keys) {
      try {
        const { sub, issuedAt, bots } = await verified(token, key, appKey, kid !== undefined);
        if (issuedAt > clock.now() + maxClockSkewMs) throw badToken("was issued in the future");
        return { appKey, userId: sub, bots, issuedAt };
      } catch (error) {
        fault = error;
        if (!isWronglySigned(error)) break;
      }
    }
    throw fault instanceof BridgeError ? fault : refusalOf(fault);
  };
};
