import { turnGetSchema, turnQuerySchema, usageQuerySchema } from "../../functions/turn-query/query-schema.ts";
import type { Operation } from "../operation.ts";
import { foundTurns, turns, usageOfTurns } from "../reply-schemas.ts";

const contentType = "application/json";

const exampleTurn = {
  turn: "job:WyJtZXNzYWdlOnByaXZhdGUiLCI1RkdUIl0",
  msgUID: "5FGT-7VA9-G4DD-4V5P",
  channel: "im",
  userId: "bot-001",
  integration: "dify_chatflow",
  fromUserId: "user-014",
  user: "h1vZ0Q8qXJ4e",
  channelType: "PERSON",
  targetId: "user-014",
  requestId: "0b0a5f0e-6f9e-4b57-9f8e-6d8f5a1f7c11",
  traceId: "0af7651916cd43dd8448eb211c80319c",
  outcome: "failed",
  code: "refused",
  detail: "HTTP 401 unauthorized",
  acceptedAt: 1767225600000,
  askedAt: 1767225600120,
  endedAt: 1767225600480,
  deliveredAt: 1767225600470,
  tries: 1,
  modelCalls: 1,
  chunks: 1,
  refusals: 0,
  rateLimited: 0,
};

const goesOn =
  "If there are more, `isComplete` is false, and a call with `until` set to `continueUntil` goes on.";
const bounded = `A call reads at most 10,000 turns. ${goesOn}`;

export const turnOperations: readonly Operation[] = [
  {
    id: "queryTurns",
    method: "post",
    path: "/v3/turn/query.json",
    tag: "Turns",
    caller: "app-server",
    summary: "Find turns",
    description: `Returns a page of the app's turns, newest first: messages to bots, and what became of them. The setting \`turnStoryDays\` says how long they are kept. ${bounded} \`page\` times \`pageSize\` is at most 1000.`,
    success: "The turns of the page.",
    body: {
      contentType,
      schema: turnQuerySchema,
      example: { fromUserId: "user-014", since: "2026-01-01T14:00:00Z", pageSize: 10 },
    },
    reply: {
      schema: turns,
      example: { code: 200, turns: [exampleTurn], hasNext: false, isComplete: true },
    },
  },
  {
    id: "getTurn",
    method: "post",
    path: "/v3/turn/get.json",
    tag: "Turns",
    caller: "app-server",
    summary: "Get turns by an ID",
    description: `Returns the turns with exactly one of four IDs. Several bots may have got one message, and one request may have caused several turns, so the reply is a list. \`turn\` is read directly; the others are looked for from the newest turn on, sooner with \`fromUserId\`, \`since\` or \`until\`. A call reads at most 10,000 turns and ends after a hundred that it has found. ${goesOn} Its reply is a 404 if none of the rest has the ID.`,
    success: "The turns with this ID.",
    body: { contentType, schema: turnGetSchema, example: { msgUID: "5FGT-7VA9-G4DD-4V5P" } },
    reply: { schema: foundTurns, example: { code: 200, turns: [exampleTurn], isComplete: true } },
  },
  {
    id: "queryUsage",
    method: "post",
    path: "/v3/usage/query.json",
    tag: "Turns",
    caller: "app-server",
    summary: "Sum up turns, tokens and prices",
    description: `Returns the number of turns, their tokens and their price by day (UTC), bot, user or integration, as far as models report them. ${bounded} Add the parts up.`,
    success: "The usage of each group.",
    body: { contentType, schema: usageQuerySchema, example: { since: "2026-01-01T00:00:00Z", by: "bot" } },
    reply: {
      schema: usageOfTurns,
      example: {
        code: 200,
        usage: [
          {
            group: "bot-001",
            turns: 12,
            outcomes: { answered: 11, failed: 1 },
            promptTokens: 2400,
            completionTokens: 1800,
            totalTokens: 4200,
            price: { USD: "0.0134" },
          },
        ],
        isComplete: true,
      },
    },
  },
];
