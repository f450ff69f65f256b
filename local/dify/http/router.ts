import type { Exchange, Handler, PathParameters } from "./exchange.ts";
import type { HttpReply } from "./http-reply.ts";
import { methodNotAllowed, unknownPath } from "./refusal.ts";

export interface Route {
  readonly method: string;
  /** Segments; one beginning with a colon names a parameter. */
  readonly path: string;
  readonly handle: Handler;
}

const matchPath = (pattern: string, path: string): PathParameters | undefined => {
  const expected = pattern.split("/");
  const given = path.split("/");
  if (expected.length !== given.length) return undefined;
  const parameters: Record<string, string> = {};
  for (const [index, segment] of expected.entries()) {
    const value = given[index] ?? "";
    if (segment.startsWith(":") && value !== "") {
      parameters[segment.slice(1)] = decodeURIComponent(value);
    } else if (segment !== value) {
      return undefined;
    }
  }
  return parameters;
};

export const answerByRoute = async (routes: readonly Route[], exchange: Exchange): Promise<HttpReply> => {
  const matches = routes.flatMap((route) => {
    const parameters = matchPath(route.path, exchange.url.pathname);
    return parameters === undefined ? [] : [{ route, parameters }];
  });
  const match = matches.find(({ route }) => route.method === exchange.method);
  if (match !== undefined) return match.route.handle(exchange, match.parameters);
  if (matches.length > 0) throw methodNotAllowed();
  return unknownPath();
};
