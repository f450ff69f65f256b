import type { Operation } from "../operation.ts";
import { description, done } from "../replies.ts";

export const aboutOperations: readonly Operation[] = [
  {
    id: "getDescription",
    method: "get",
    path: "/openapi.json",
    tag: "About",
    caller: "anyone",
    summary: "Gives this document",
    reply: {
      schema: description,
      example: { openapi: "3.1.0", info: { title: "Bot Bridge" }, paths: {} },
    },
  },
  {
    id: "getHealth",
    method: "get",
    path: "/health",
    tag: "About",
    caller: "anyone",
    summary: "Says that the service is there",
    description: "It says so of the functions' entrance alone: nothing behind it is asked.",
    reply: { schema: done, example: { code: 200 } },
  },
];
