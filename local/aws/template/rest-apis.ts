import * as v from "valibot";
import { type GatewayResponse, gatewayResponsesOf } from "./gateway-responses.ts";
import { resourcesOf } from "./resources.ts";
import { type Route, routesOf } from "./routes.ts";
import type { StackTemplate } from "./stack-template.ts";
import { type Stage, stageOf } from "./stages.ts";

const restApiSchema = v.object({ BinaryMediaTypes: v.optional(v.array(v.string()), []) });

export interface RestApi {
  readonly id: string;
  readonly binaryMediaTypes: readonly string[];
  readonly routes: readonly Route[];
  readonly gatewayResponses: ReadonlyMap<string, GatewayResponse>;
  readonly stage: Stage;
}

export const restApisOf = (stacks: readonly StackTemplate[]): RestApi[] =>
  resourcesOf(stacks, "AWS::ApiGateway::RestApi", restApiSchema).map(({ name: id, properties }) => ({
    id,
    binaryMediaTypes: properties.BinaryMediaTypes,
    routes: routesOf(stacks, id),
    gatewayResponses: gatewayResponsesOf(stacks, id),
    stage: stageOf(stacks, id),
  }));
