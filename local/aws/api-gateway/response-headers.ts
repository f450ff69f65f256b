import * as v from "valibot";

const scalar = v.pipe(v.union([v.string(), v.number(), v.boolean()]), v.transform(String));

/** Fields common to proxy responses and the metadata of streamed responses. */
export const responseHeadSchema = v.object({
  statusCode: v.pipe(
    v.union([v.number(), v.string()]),
    v.transform(Number),
    v.integer(),
    v.minValue(100),
    v.maxValue(599),
  ),
  headers: v.nullish(v.record(v.string(), scalar), {}),
  multiValueHeaders: v.nullish(v.record(v.string(), v.array(scalar)), {}),
});

export type ResponseHead = v.InferOutput<typeof responseHeadSchema>;

// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html
const remapped = new Set(["connection", "content-length", "date", "server", "www-authenticate"]);
const dropped = new Set(["keep-alive", "te", "trailer", "transfer-encoding", "upgrade"]);

/** The function's headers as sent to the client. multiValueHeaders take precedence over headers. */
export const clientHeaders = ({ headers, multiValueHeaders }: ResponseHead): [string, string][] => {
  const multiple = Object.entries(multiValueHeaders ?? {});
  const names = new Set(multiple.map(([name]) => name.toLowerCase()));
  const single = Object.entries(headers ?? {}).filter(([name]) => !names.has(name.toLowerCase()));
  return [...single, ...multiple.flatMap(([name, values]) => values.map((value) => [name, value] as const))]
    .filter(([name]) => !dropped.has(name.toLowerCase()))
    .map(([name, value]) => [remapped.has(name.toLowerCase()) ? `x-amzn-Remapped-${name}` : name, value]);
};

export const hasHeader = (headers: readonly (readonly [string, string])[], wanted: string): boolean =>
  headers.some(([name]) => name.toLowerCase() === wanted);
