import type { Route } from "../template/routes.ts";

export interface Match {
  readonly route: Route;
  /** As in the path: REST APIs do not decode them. */
  readonly pathParameters: Readonly<Record<string, string>>;
}

export type Router = (method: string, path: string) => Match | undefined;

interface Resource {
  readonly segments: readonly string[];
  readonly routes: readonly Route[];
}

/**
 * Like API Gateway, selects the most specific resource, segment by segment, and then its method. A resource without the
 * requested method is not a match, even if a less specific resource has it.
 */
export const makeRouter = (routes: readonly Route[]): Router => {
  const resources: Resource[] = [...Map.groupBy(routes, ({ path }) => path)]
    .map(([path, ofPath]) => ({ segments: segmentsOf(path), routes: ofPath }))
    .sort((left, right) => compareSpecificity(left.segments, right.segments));

  return (method, path) => {
    const segments = segmentsOf(path);
    for (const resource of resources) {
      const pathParameters = matchSegments(resource.segments, segments);
      if (!pathParameters) continue;
      const route =
        resource.routes.find((each) => each.method === method) ??
        resource.routes.find((each) => each.method === "ANY");
      return route && { route, pathParameters };
    }
    return undefined;
  };
};

const segmentsOf = (path: string): string[] => path.split("/").filter((segment) => segment !== "");

const matchSegments = (pattern: readonly string[], segments: readonly string[]) => {
  const parameters: Record<string, string> = {};
  for (const [index, part] of pattern.entries()) {
    const segment = segments[index];
    if (segment === undefined) return undefined;
    const [, name, greedy] = /^\{([^+}]+)(\+?)\}$/.exec(part) ?? [];
    if (name === undefined) {
      if (part !== segment) return undefined;
      continue;
    }
    if (greedy) return { ...parameters, [name]: segments.slice(index).join("/") };
    parameters[name] = segment;
  }
  return pattern.length === segments.length ? parameters : undefined;
};

const compareSpecificity = (left: readonly string[], right: readonly string[]): number => {
  for (const [index, part] of left.entries()) {
    const difference = rankOf(part) - rankOf(right[index]);
    if (difference !== 0) return difference;
  }
  return 0;
};

const rankOf = (part: string | undefined): number => {
  if (part === undefined || part.endsWith("+}")) return 2;
  return part.startsWith("{") ? 1 : 0;
};
