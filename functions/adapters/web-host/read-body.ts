import type { IncomingMessage } from "node:http";

/** API Gateway's limit of a request's payload. */
const maxBodyBytes = 10 * 1024 * 1024;

/** The whole body; undefined if it is longer than API Gateway accepts. Rejects if the client disconnects before its end. */
export const readBody = async (request: IncomingMessage): Promise<Buffer | undefined> => {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes > maxBodyBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
};
