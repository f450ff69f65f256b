import { deadQuerySchema, redriveSchema } from "../../functions/dead-letters/dead-letters-schema.ts";
import type { Operation } from "../operation.ts";
import { deadLetters, redrivenDeadLetters } from "../reply-schemas.ts";

const contentType = "application/json";

const exampleLetter = {
  id: "webhooks:8f0e1b5c-58ad-4ac6-9f0b-3c1d8f1f2b55",
  queue: "webhooks",
  turn: "job:WyJtZXNzYWdlOnByaXZhdGUiLCI1RkdUIl0",
  msgUID: "5FGT-7VA9-G4DD-4V5P",
  event: "message:private",
  userId: "bot-001",
  integration: "webhook",
  fromUserId: "user-014",
  user: "h1vZ0Q8qXJ4e",
  channelType: "PERSON",
  targetId: "user-014",
  reason: "HTTP 404",
  tries: 1,
  acceptedAt: 1767225600000,
  givenUpAt: 1767225600480,
};

const bounded =
  "A call reads at most 1,000 messages of each queue, of all apps. If there may be more, `isComplete` is false.";

export const deadLetterOperations: readonly Operation[] = [
  {
    id: "queryDeadLetters",
    method: "post",
    path: "/v3/job/dead/query.json",
    tag: "Turns",
    caller: "app-server",
    summary: "List dead letters",
    description: `Returns jobs of the app that were given up, those given up first at the beginning: events that a webhook did not accept, and turns that failed within the bridge. They are kept for 14 days. ${bounded}`,
    success: "The dead letters.",
    body: { contentType, schema: deadQuerySchema, example: { queue: "webhooks", userId: "bot-001" } },
    reply: { schema: deadLetters, example: { code: 200, deadLetters: [exampleLetter], isComplete: true } },
  },
  {
    id: "redriveDeadLetters",
    method: "post",
    path: "/v3/job/dead/redrive.json",
    tag: "Turns",
    caller: "app-server",
    summary: "Redrive dead letters",
    description: `Runs dead letters of the app again: those with the \`ids\`, or all that a \`filter\` matches, at most 100 of each queue. A job that is redriven twice runs once. ${bounded} Call again then.`,
    success: "What became of each.",
    body: { contentType, schema: redriveSchema, example: { ids: [exampleLetter.id] } },
    reply: {
      schema: redrivenDeadLetters,
      example: { code: 200, results: [{ id: exampleLetter.id, status: "redriven" }], isComplete: true },
    },
  },
];
