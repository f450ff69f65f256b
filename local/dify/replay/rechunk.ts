import type { Random } from "./random.ts";

const meanChunkBytes = 96;

const isContinuationByte = (byte: number | undefined): boolean =>
  byte !== undefined && (byte & 0b1100_0000) === 0b1000_0000;

/**
 * Cuts bytes at random places, by preference inside a multibyte character: a reader that decodes
 * each chunk by itself must not get away with it.
 */
export const rechunk = (bytes: Uint8Array, random: Random): readonly Uint8Array[] => {
  const chunks: Uint8Array[] = [];
  let start = 0;
  for (let at = 1; at < bytes.length; at += 1) {
    const likelihood = isContinuationByte(bytes[at]) ? 0.5 : 1 / meanChunkBytes;
    if (random() < likelihood) {
      chunks.push(bytes.subarray(start, at));
      start = at;
    }
  }
  if (start < bytes.length) chunks.push(bytes.subarray(start));
  return chunks;
};
