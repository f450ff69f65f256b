import { hkdfSync } from "node:crypto";
import { decodeProtectedHeader, EncryptJWT, jwtDecrypt } from "jose";
import * as v from "valibot";
import type { NamedKey } from "#adapters/secrets/app-secrets.ts";
import type { Clock } from "#core/shared/clock.ts";

/** What a browser keeps for the server, encrypted and for a time, and can neither read nor change. */
export interface SealedClaims<T> {
  seal(claims: T): Promise<string>;
  /** Undefined if it has expired, was changed, or was not sealed here for this purpose. Rejects if the keys cannot be read. */
  open(sealed: string): Promise<T | undefined>;
}

export interface SealedClaimsPorts<S extends v.GenericSchema> {
  /** The first one seals; all of them open. */
  readonly keys: () => Promise<readonly [NamedKey, ...NamedKey[]]>;
  /** Each has a key of its own, derived from these. */
  readonly purpose: string;
  /** Claims that were sealed for another provider or client are not opened. */
  readonly issuer: string;
  readonly clientId: string;
  readonly lifeMs: number;
  readonly schema: S;
  readonly clock: Clock;
}

const algorithm = { alg: "dir", enc: "A256GCM" } as const;
/** Browsers keep cookies of at most 4,096 bytes. */
const maxCharacters = 4_096;

const header = v.object({ kid: v.string() });

/** Seals claims as a JWE with AES-256-GCM. The times in it are those of the clock. */
export const makeSealedClaims = <S extends v.GenericSchema>({
  keys,
  purpose,
  issuer,
  clientId,
  lifeMs,
  schema,
  clock,
}: SealedClaimsPorts<S>): SealedClaims<v.InferOutput<S>> => {
  const derived = ({ key }: NamedKey): Uint8Array =>
    new Uint8Array(hkdfSync("sha256", key, "", `bot-bridge console ${purpose}`, 32));

  const openWith = async (usable: readonly NamedKey[], sealed: string): Promise<v.InferOutput<S>> => {
    const { kid } = v.parse(header, decodeProtectedHeader(sealed));
    const key = usable.find(({ id }) => id === kid);
    if (!key) throw new Error(`no session key with the id ${kid}`);
    const { payload } = await jwtDecrypt(sealed, derived(key), {
      issuer,
      audience: clientId,
      keyManagementAlgorithms: [algorithm.alg],
      contentEncryptionAlgorithms: [algorithm.enc],
      requiredClaims: ["exp"],
      currentDate: new Date(clock.now()),
    });
    return v.parse(schema, payload.claims);
  };

  return {
    seal: async (claims) => {
      const [newest] = await keys();
      const now = clock.now();
      return new EncryptJWT({ claims })
        .setProtectedHeader({ ...algorithm, kid: newest.id })
        .setIssuer(issuer)
        .setAudience(clientId)
        .setIssuedAt(Math.floor(now / 1000))
        .setExpirationTime(Math.floor((now + lifeMs) / 1000))
        .encrypt(derived(newest));
    },
    open: async (sealed) => {
      if (sealed.length > maxCharacters) return undefined;
      const usable = await keys();
      return openWith(usable, sealed).catch(() => undefined);
    },
  };
};
