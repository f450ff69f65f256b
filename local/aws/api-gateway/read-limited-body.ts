import type { IncomingMessage } from "node:http";

/**
 * Reads the body; undefined if it is longer than `maxBytes`. It is read to the end anyway, so that the client reads the
 * response.
 */
export const readLimitedBody = async (
  request: IncomingMessage,
  maxBytes: number,
): Promise<Buffer | undefined> => {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    length += chunk.length;
    if (length <= maxBytes) chunks.push(chunk);
  }
  return length <= maxBytes ? Buffer.concat(chunks) : undefined;
};
