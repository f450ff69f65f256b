import { originOf } from "#adapters/http/origin-of.ts";
import type { AppWithKeys } from "#adapters/secrets/app-secrets.ts";
import { keyIdOf, seal, unseal } from "#adapters/secrets/key-cipher.ts";
import type { ModelType } from "#core/bot/integration-types.ts";

/** Where an API key is stored and sent to. */
export interface KeyPlace {
  readonly botUserId: string;
  readonly type: ModelType;
  /** The key is sent to this URL's origin only. */
  readonly callbackUrl: string;
}

/** Keys that were stored before 0.3 have no mark and are not bound to an origin. */
const originMark = ".origin";

export const isOriginBound = (sealedApiKey: string): boolean => sealedApiKey.endsWith(originMark);

/** Whether it is encrypted with the app's newest data key, and bound to its origin. */
export const isNewestSeal = ({ dataKeys: [newest] }: AppWithKeys, sealedApiKey: string): boolean =>
  keyIdOf(sealedApiKey) === newest.id && isOriginBound(sealedApiKey);

/** Encrypts an API key for its app, bot, type and origin: in a record with another one of these, it cannot be decrypted. */
export const sealApiKey = (
  { appKey, dataKeys }: AppWithKeys,
  { botUserId, type, callbackUrl }: KeyPlace,
  apiKey: string,
): string => seal(dataKeys, apiKey, [appKey, botUserId, type, originOf(callbackUrl)]) + originMark;

/** @throws Error if the data key is missing, or if the key was encrypted for another place. */
export const unsealApiKey = (
  { appKey, dataKeys }: AppWithKeys,
  { botUserId, type, callbackUrl }: KeyPlace,
  sealedApiKey: string,
): string => {
  const context = [appKey, botUserId, type];
  if (!isOriginBound(sealedApiKey)) return unseal(dataKeys, sealedApiKey, context);
  const sealed = sealedApiKey.slice(0, -originMark.length);
  return unseal(dataKeys, sealed, [...context, originOf(callbackUrl)]);
};
