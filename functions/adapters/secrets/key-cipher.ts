import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { BridgeError } from "#core/shared/errors.ts";
import type { NamedKey } from "./app-secrets.ts";

const algorithm = "aes-256-gcm";
const nonceBytes = 12;
const tagBytes = 16;

/** What an encrypted text is bound to: in the record of another app or bot, it cannot be decrypted. */
export type SealContext = readonly string[];

const contextBytes = (context: SealContext): Buffer => Buffer.from(JSON.stringify(context), "utf8");

/** Encrypts a text with the first key, as `<key id>.<base64 of nonce, tag and ciphertext>`. */
export const seal = (
  [newest]: readonly [NamedKey, ...NamedKey[]],
  text: string,
  context: SealContext,
): string => {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv(algorithm, newest.key, nonce).setAAD(contextBytes(context));
  const sealed = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
  return `${newest.id}.${Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString("base64")}`;
};

/** The id of the key that a text was encrypted with. */
export const keyIdOf = (sealed: string): string => sealed.split(".", 1)[0] ?? "";

/** Decrypts a text. @throws Error if the key is missing, the context differs or the text was modified. */
export const unseal = (keys: readonly NamedKey[], sealed: string, context: SealContext): string => {
  const id = keyIdOf(sealed);
  const dataKey = keys.find((key) => key.id === id);
  if (!dataKey) throw new BridgeError("internal", `no data key with the id ${id}`);
  const bytes = Buffer.from(sealed.slice(id.length + 1), "base64");
  const nonce = bytes.subarray(0, nonceBytes);
  const tag = bytes.subarray(nonceBytes, nonceBytes + tagBytes);
  const decipher = createDecipheriv(algorithm, dataKey.key, nonce, { authTagLength: tagBytes })
    .setAAD(contextBytes(context))
    .setAuthTag(tag);
  const text = Buffer.concat([decipher.update(bytes.subarray(nonceBytes + tagBytes)), decipher.final()]);
  return text.toString("utf8");
};
