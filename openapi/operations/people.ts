import { eraseSchema, exportSchema, toCursor } from "../../functions/user-data/person-schema.ts";
import type { Operation } from "../operation.ts";
import { erasedPerson, exportedPage } from "../reply-schemas.ts";

const contentType = "application/json";
const example = { userId: "user-014" };

export const peopleOperations: readonly Operation[] = [
  {
    id: "exportUser",
    method: "post",
    path: "/v3/user/export.json",
    tag: "Users",
    caller: "app-server",
    summary: "Export a user's data",
    description:
      "Returns a page of what the bridge and the models' servers store of a user: profile, conversations, turns, and the questions and answers that Dify keeps. Repeat the call with `cursor` set to `next` until a reply has no `next`.",
    success: "A page of the user's data.",
    body: { contentType, schema: exportSchema, example },
    reply: {
      schema: exportedPage,
      example: {
        code: 200,
        items: [
          {
            kind: "conversation",
            bot: "bot-001",
            integration: "dify_chatflow",
            channelType: "PERSON",
            targetId: "bot-001",
            startedAt: 1767225600000,
            expiresAt: 1767312000000,
            turns: 2,
          },
        ],
        next: toCursor({ in: "turns", until: 1767225600000 }),
      },
    },
  },
  {
    id: "eraseUser",
    method: "post",
    path: "/v3/user/erase.json",
    tag: "Users",
    caller: "app-server",
    summary: "Erase a user's data",
    description:
      "Revokes the user's tokens, and erases their conversations, turns and profile here, and their conversations in Dify. A call takes 15 s at most: if `continueUntil` is set, repeat it with `until` set to that. `notErasable` names Dify apps whose answers only Dify's own console deletes: text completion and workflows, and apps of integrations that no longer exist.",
    success: "What was erased, and what is left.",
    body: { contentType, schema: eraseSchema, example },
    reply: {
      schema: erasedPerson,
      example: {
        code: 200,
        isComplete: true,
        erased: { turns: 12, conversations: 2, modelConversations: 3 },
        inProgress: 0,
        failed: [],
        notErasable: [{ bot: "bot-002", integration: "dify_workflow" }],
      },
    },
  },
];
