/** A method and a path template of API Gateway, such as `POST /v1/bots/{userId}/chat`. */
export type RouteKey = `${string} /${string}`;

export interface RouteMatch {
  /** The path template. */
  readonly resource: string;
  /** As in the path, percent-encoded. */
  readonly parameters: Readonly<Record<string, string>>;
}

const parameterName = /^\{(\w+)\}$/;

const matchSegments = (
  template: readonly string[],
  path: readonly string[],
): Record<string, string> | undefined => {
  if (template.length !== path.length) return undefined;
  const parameters: Record<string, string> = {};
  for (const [index, part] of template.entries()) {
    const segment = path[index] ?? "";
    const name = parameterName.exec(part)?.[1];
    if (name === undefined ? part !== segment : segment === "") return undefined;
    if (name !== undefined) parameters[name] = segment;
  }
  return parameters;
};

/** Finds the route of a request, by its path without the query; undefined if there is none. */
export const matchRoute = (
  routes: readonly RouteKey[],
  method: string,
  path: string,
): RouteMatch | undefined => {
  for (const route of routes) {
    const [routeMethod, resource = ""] = route.split(" ");
    if (routeMethod !== method) continue;
    const parameters = matchSegments(resource.split("/"), path.split("/"));
    if (parameters) return { resource, parameters };
  }
  return undefined;
};
