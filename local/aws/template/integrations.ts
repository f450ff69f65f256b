import * as v from "valibot";
import { functionNameOf } from "./account.ts";

export const integrationSchema = v.object({
  Type: v.literal("AWS_PROXY"),
  Uri: v.string(),
  TimeoutInMillis: v.optional(v.number(), 29_000),
  ResponseTransferMode: v.optional(v.picklist(["BUFFERED", "STREAM"]), "BUFFERED"),
});

/** The function behind a route. */
export interface Integration {
  readonly functionName: string;
  readonly timeoutMs: number;
  readonly transfer: "BUFFERED" | "STREAM";
}

export const integrationOf = (properties: v.InferOutput<typeof integrationSchema>): Integration => {
  const [, functionArn] =
    /\/functions\/(arn:[^/]+)\/(?:response-streaming-)?invocations$/.exec(properties.Uri) ?? [];
  if (functionArn === undefined) throw new Error(`not the URI of a function: ${properties.Uri}`);
  return {
    functionName: functionNameOf(functionArn),
    timeoutMs: properties.TimeoutInMillis,
    transfer: properties.ResponseTransferMode,
  };
};
