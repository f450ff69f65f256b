import type { Readable } from "node:stream";
import * as v from "valibot";
import { type ResponseHead, responseHeadSchema } from "./response-headers.ts";

/** A streamed response whose metadata has arrived. */
export interface StreamedResponse {
  readonly head: ResponseHead;
  readonly firstBytes: Buffer;
  readonly rest: Readable;
}

const delimiter = Buffer.alloc(8);
/** https://docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode-lambda.html */
const maxMetadataBytes = 16 * 1024;
const headSchema = v.pipe(v.string(), v.parseJson(), responseHeadSchema);

/**
 * Parses metadata, eight zero bytes and the beginning of the body. Undefined if the stream has another format; the rest
 * of it is then discarded.
 */
export const streamedResponseOf = async (bytes: Readable): Promise<StreamedResponse | undefined> => {
  let received = Buffer.alloc(0);
  try {
    for await (const chunk of bytes.iterator({ destroyOnReturn: false })) {
      received = Buffer.concat([received, chunk]);
      const end = received.indexOf(delimiter);
      if (end < 0 && received.length > maxMetadataBytes) break;
      if (end < 0) continue;
      const head = v.safeParse(headSchema, received.toString("utf8", 0, end));
      if (!head.success) break;
      return { head: head.output, firstBytes: received.subarray(end + delimiter.length), rest: bytes };
    }
  } catch {
    return undefined;
  }
  bytes.resume();
  return undefined;
};
