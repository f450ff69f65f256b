import * as v from "valibot";
import type { RestApi } from "../template/rest-apis.ts";
import type { Exchange, Reply } from "./exchange.ts";
import { isBinaryMediaType } from "./media-types.ts";
import { clientHeaders, hasHeader, responseHeadSchema } from "./response-headers.ts";

const proxyResponseSchema = v.object({
  ...responseHeadSchema.entries,
  body: v.nullish(v.string(), ""),
  isBase64Encoded: v.nullish(v.boolean(), false),
});

/** Converts a function's result to the response for the client; undefined if it is not a proxy response. */
export const replyOf = (api: RestApi, exchange: Exchange, payload: string): Reply | undefined => {
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), proxyResponseSchema), payload);
  if (!parsed.success) return undefined;
  const { statusCode, body, isBase64Encoded } = parsed.output;
  const headers = clientHeaders(parsed.output);
  // Base64 is decoded only if the first media type that the client accepts is one of the API's binary media types.
  const decode = isBase64Encoded && isBinaryMediaType(api.binaryMediaTypes, exchange.request.headers.accept);
  return {
    statusCode,
    headers: hasHeader(headers, "content-type")
      ? headers
      : [["Content-Type", "application/json"], ...headers],
    body: Buffer.from(body ?? "", decode ? "base64" : "utf8"),
  };
};
