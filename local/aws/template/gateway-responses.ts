import * as v from "valibot";
import { resourcesOf } from "./resources.ts";
import type { StackTemplate } from "./stack-template.ts";

const gatewayResponseSchema = v.object({
  RestApiId: v.string(),
  ResponseType: v.string(),
  StatusCode: v.optional(v.pipe(v.union([v.string(), v.number()]), v.transform(Number))),
  ResponseParameters: v.optional(v.record(v.string(), v.string()), {}),
  ResponseTemplates: v.optional(v.record(v.string(), v.string()), {}),
});

export interface GatewayResponse {
  readonly statusCode: number | undefined;
  /** Header names, with the mapping of their value: `'literal'` or `method.request.…`. */
  readonly headers: Readonly<Record<string, string>>;
  /** Templates by content type. */
  readonly templates: Readonly<Record<string, string>>;
}

const headerPrefix = "gatewayresponse.header.";

export const gatewayResponsesOf = (
  stacks: readonly StackTemplate[],
  restApiId: string,
): Map<string, GatewayResponse> =>
  new Map(
    resourcesOf(stacks, "AWS::ApiGateway::GatewayResponse", gatewayResponseSchema)
      .filter(({ properties }) => properties.RestApiId === restApiId)
      .map(({ properties }) => [
        properties.ResponseType,
        {
          statusCode: properties.StatusCode,
          headers: Object.fromEntries(
            Object.entries(properties.ResponseParameters)
              .filter(([name]) => name.startsWith(headerPrefix))
              .map(([name, mapping]) => [name.slice(headerPrefix.length), mapping]),
          ),
          templates: properties.ResponseTemplates,
        },
      ]),
  );
