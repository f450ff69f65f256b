import * as v from "valibot";
import { type Integration, integrationOf, integrationSchema } from "./integrations.ts";
import { rootResourceId } from "./physical.ts";
import { resourcesOf } from "./resources.ts";
import type { StackTemplate } from "./stack-template.ts";

const resourceSchema = v.object({ RestApiId: v.string(), ParentId: v.string(), PathPart: v.string() });
const methodSchema = v.object({
  RestApiId: v.string(),
  ResourceId: v.string(),
  HttpMethod: v.string(),
  Integration: integrationSchema,
});

export interface Route {
  /** Path with parameters, such as `/v1/bots/{userId}/chat`. */
  readonly path: string;
  /** An HTTP method, or ANY. */
  readonly method: string;
  readonly integration: Integration;
}

export const routesOf = (stacks: readonly StackTemplate[], restApiId: string): Route[] => {
  const resources = new Map(
    resourcesOf(stacks, "AWS::ApiGateway::Resource", resourceSchema).map(({ name, properties }) => [
      name,
      properties,
    ]),
  );
  const root = rootResourceId(restApiId);
  const pathOf = (resourceId: string): string => {
    const resource = resources.get(resourceId);
    if (resourceId === root || !resource) return "";
    return `${pathOf(resource.ParentId)}/${resource.PathPart}`;
  };
  return resourcesOf(stacks, "AWS::ApiGateway::Method", methodSchema)
    .filter(({ properties }) => properties.RestApiId === restApiId)
    .map(({ properties }) => ({
      path: pathOf(properties.ResourceId) || "/",
      method: properties.HttpMethod,
      integration: integrationOf(properties.Integration),
    }));
};
