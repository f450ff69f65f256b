import type { IncomingMessage } from "node:http";

/** The body, or undefined if it is longer: then it is read to its end, so that the client listens to the answer. */
export const readAtMost = async (
  request: IncomingMessage,
  mostBytes: number,
): Promise<Buffer | undefined> => {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    length += chunk.length;
    if (length <= mostBytes) chunks.push(chunk);
  }
  return length <= mostBytes ? Buffer.concat(chunks) : undefined;
};
