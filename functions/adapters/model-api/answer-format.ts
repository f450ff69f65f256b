import type { HttpResponse } from "#adapters/http/http-client.ts";

/** How a response contains its answer; undefined if in neither form. Media types are case-insensitive (RFC 9110, 8.3.1). */
export const answerFormat = ({ headers }: Pick<HttpResponse, "headers">): "events" | "json" | undefined => {
  const type = (headers["content-type"] ?? "").trim().toLowerCase();
  if (type.startsWith("text/event-stream")) return "events";
  return type.startsWith("application/json") ? "json" : undefined;
};
