import * as v from "valibot";
import { resourcesOf } from "./resources.ts";
import type { StackTemplate } from "./stack-template.ts";

const stageSchema = v.object({
  RestApiId: v.string(),
  MethodSettings: v.optional(
    v.array(
      v.object({
        ResourcePath: v.optional(v.string(), "/*"),
        HttpMethod: v.optional(v.string(), "*"),
        ThrottlingRateLimit: v.optional(v.number()),
        ThrottlingBurstLimit: v.optional(v.number()),
      }),
    ),
    [],
  ),
});

/** Requests per second and burst, for the methods that it names; `/*` and `*` match all others. */
export interface Throttle {
  readonly path: string;
  readonly method: string;
  readonly ratePerSecond: number | undefined;
  readonly burst: number | undefined;
}

export interface Stage {
  readonly name: string;
  readonly throttles: readonly Throttle[];
}

export const stageOf = (stacks: readonly StackTemplate[], restApiId: string): Stage => {
  const stage = resourcesOf(stacks, "AWS::ApiGateway::Stage", stageSchema).find(
    ({ properties }) => properties.RestApiId === restApiId,
  );
  if (!stage) throw new Error(`the REST API ${restApiId} has no stage`);
  return {
    name: stage.name,
    throttles: stage.properties.MethodSettings.flatMap(
      ({ ResourcePath, HttpMethod, ThrottlingRateLimit, ThrottlingBurstLimit }) =>
        ThrottlingRateLimit === undefined && ThrottlingBurstLimit === undefined
          ? []
          : [
              {
                // CloudFormation encodes the slashes of a path as ~1, after the leading one.
                path: ResourcePath.replaceAll("~1", "/").replace(/^\/\//, "/"),
                method: HttpMethod,
                ratePerSecond: ThrottlingRateLimit,
                burst: ThrottlingBurstLimit,
              },
            ],
    ),
  };
};
