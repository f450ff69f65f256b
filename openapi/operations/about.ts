import type { Operation } from "../operation.ts";
import { done, openApiDocument } from "../reply-schemas.ts";

export const aboutOperations: readonly Operation[] = [
  {
    id: "getOpenApi",
    method: "get",
    path: "/openapi.json",
    tag: "About",
    caller: "anyone",
    summary: "Get this document",
    description: "The OpenAPI document of this deployment.",
    success: "The OpenAPI document.",
    reply: {
      schema: openApiDocument,
      example: { openapi: "3.1.0", info: { title: "Bot Bridge", version: "0.1.0" }, paths: {} },
    },
  },
  {
    id: "getHealth",
    method: "get",
    path: "/health",
    tag: "About",
    caller: "anyone",
    summary: "Check that the API is reachable",
    description: "Checks only the gateway and one function, not the database, the queues or the models.",
    success: "The API is reachable.",
    reply: { schema: done, example: { code: 200 } },
  },
];
