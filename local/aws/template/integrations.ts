import * as v from "valibot";
import { functionNameOf } from "./account.ts";

export const integrationSchema = v.object({
  Type: v.string(),
  Uri: v.optional(v.string()),
  TimeoutInMillis: v.optional(v.number(), 29_000),
  ResponseTransferMode: v.optional(v.picklist(["BUFFERED", "STREAM"]), "BUFFERED"),
  RequestTemplates: v.optional(v.record(v.string(), v.string()), {}),
  IntegrationResponses: v.optional(
    v.array(
      v.object({
        StatusCode: v.pipe(v.union([v.string(), v.number()]), v.transform(Number)),
        SelectionPattern: v.optional(v.string()),
        ResponseParameters: v.optional(v.record(v.string(), v.string()), {}),
        ResponseTemplates: v.optional(v.record(v.string(), v.string()), {}),
      }),
    ),
    [],
  ),
});

export type Integration =
  | {
      readonly kind: "lambda";
      readonly functionName: string;
      readonly timeoutMs: number;
      readonly transfer: "BUFFERED" | "STREAM";
    }
  | {
      readonly kind: "mock";
      readonly statusCode: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: string;
    };

type Properties = v.InferOutput<typeof integrationSchema>;

export const integrationOf = (properties: Properties): Integration | undefined => {
  if (properties.Type === "MOCK") return mockOf(properties);
  const functionArn = /\/functions\/(arn:[^/]+)\/(?:response-streaming-)?invocations$/.exec(
    properties.Uri ?? "",
  )?.[1];
  if (properties.Type !== "AWS_PROXY" || functionArn === undefined) return undefined;
  return {
    kind: "lambda",
    functionName: functionNameOf(functionArn),
    timeoutMs: properties.TimeoutInMillis,
    transfer: properties.ResponseTransferMode,
  };
};

const headerPrefix = "method.response.header.";

/** A mock's request template holds the status code that selects one of its responses, or the one without a pattern. */
const mockOf = ({ RequestTemplates, IntegrationResponses: responses }: Properties): Integration => {
  // CDK writes `{ statusCode: 200 }`, which is no JSON, so the number alone is read.
  const selector = /statusCode"?\s*:\s*(\d+)/.exec(Object.values(RequestTemplates)[0] ?? "")?.[1] ?? "200";
  const response =
    responses.find(
      ({ SelectionPattern: pattern }) => pattern && new RegExp(`^(?:${pattern})$`).test(selector),
    ) ?? responses.find(({ SelectionPattern: pattern }) => !pattern);
  const [contentType, body = ""] = Object.entries(response?.ResponseTemplates ?? {})[0] ?? [];
  const mapped = Object.entries(response?.ResponseParameters ?? {})
    .filter(([name]) => name.startsWith(headerPrefix))
    .map(([name, value]) => [name.slice(headerPrefix.length), value.replace(/^'|'$/g, "")]);
  return {
    kind: "mock",
    statusCode: response?.StatusCode ?? 500,
    headers: { "Content-Type": contentType ?? "application/json", ...Object.fromEntries(mapped) },
    body,
  };
};
