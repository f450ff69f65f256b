import * as v from "valibot";
import { ratings } from "#core/answer/model.ts";
import { fileKinds } from "#core/message/question-file.ts";
import { foundTurnsReply, turnsReply, usageReply } from "../functions/adapters/api-gateway/turn-reply.ts";
import { botChatReply } from "../functions/bot-registry/bot-chat-schema.ts";
import { botsReply } from "../functions/bot-registry/bot-reply.ts";
import { deadLettersReply, redrivenReply } from "../functions/dead-letters/dead-letters-reply.ts";
import { testReply } from "../functions/integration-test/test-reply.ts";
import {
  chunkReply,
  groupMessageReply,
  privateMessageReply,
} from "../functions/message-publish/message-reply.ts";
import { eraseReply, exportReply } from "../functions/user-data/person-reply.ts";
import { profileReply } from "../functions/user-token/profile-reply.ts";
import { tokenReply } from "../functions/user-token/token-reply.ts";
import { answerFile, completion, conversationName, turnId } from "./answer-schemas.ts";

/** Part of every JSON reply except a chat answer. */
const code = v.pipe(v.literal(200), v.description("200: the call succeeded."));

export const done = v.object({ code });
export const bots = v.object({ code, ...botsReply.entries });
export const botChat = v.object({ code, ...botChatReply.entries });
export const sentPrivateMessage = v.object({ code, ...privateMessageReply.entries });
export const sentGroupMessage = v.object({ code, ...groupMessageReply.entries });
export const sentChunk = v.object({ code, ...chunkReply.entries });
export const userProfile = v.object({ code, ...profileReply.entries });
export const userToken = v.object({ code, ...tokenReply.entries });
export const testedIntegration = v.object({ code, ...testReply.entries });
export const turns = v.object({ code, ...turnsReply.entries });
export const foundTurns = v.object({ code, ...foundTurnsReply.entries });
export const usageOfTurns = v.object({ code, ...usageReply.entries });
export const deadLetters = v.object({ code, ...deadLettersReply.entries });
export const redrivenDeadLetters = v.object({ code, ...redrivenReply.entries });
export const exportedPage = v.object({ code, ...exportReply.entries });
export const erasedPerson = v.object({ code, ...eraseReply.entries });
export const openApiDocument = v.looseObject({
  openapi: v.pipe(v.string(), v.description("The version of OpenAPI.")),
  info: v.pipe(v.looseObject({}), v.description("What this service is, and its version.")),
  paths: v.pipe(v.looseObject({}), v.description("The operations, by path.")),
});
export const suggestions = v.object({
  code,
  suggested: v.pipe(v.array(v.string()), v.description("Questions that the user might ask next.")),
});

const milliseconds = (meaning: string) =>
  v.pipe(v.number(), v.integer(), v.description(`${meaning}, in milliseconds since the epoch.`));
export const conversation = v.object({
  code,
  conversation: conversationName,
  startedAt: milliseconds("When the conversation began"),
  expiresAt: milliseconds("When the bot forgets the conversation"),
  turns: v.pipe(v.number(), v.integer(), v.description("The number of turns so far.")),
});

export const messages = v.object({
  code,
  messages: v.pipe(
    v.array(
      v.object({
        id: v.pipe(v.string(), v.description("The ID of the message, for `before`.")),
        turn: v.pipe(
          v.nullable(v.string()),
          v.description(
            "Names the answer for `/turns/{turn}/feedback` and `/turns/{turn}/suggested`; null if the model has neither.",
          ),
        ),
        question: v.pipe(v.string(), v.description("What the user said.")),
        answer: v.pipe(
          v.string(),
          v.description("The text of the answer; empty if it failed or is not complete."),
        ),
        askedAt: v.pipe(
          v.nullable(v.pipe(v.number(), v.integer())),
          v.description("When the user asked, in milliseconds since the epoch; null if it is not known."),
        ),
        rating: v.pipe(v.nullable(v.picklist(ratings)), v.description("The user's rating of the answer.")),
        files: v.pipe(
          v.array(answerFile),
          v.description("Files of the answer that its text does not link to."),
        ),
      }),
    ),
    v.description("Questions and answers, oldest first."),
  ),
  hasMore: v.pipe(v.boolean(), v.description("Whether there are messages before these.")),
});

export const upload = v.object({
  code,
  file: v.pipe(
    v.object({
      type: v.pipe(v.picklist(fileKinds), v.description("Kind of file, by its name or media type.")),
      id: v.pipe(v.string(), v.description("Names the file in a question. Opaque; valid for an hour.")),
    }),
    v.description("The file, as `files` of a question takes it."),
  ),
});

export const chatAnswer = v.object({
  turn: turnId,
  conversation: conversationName,
  content: v.pipe(v.string(), v.description("The text of the answer.")),
  reasoning: v.exactOptional(
    v.pipe(
      v.nullable(v.string()),
      v.description("Only with `reasoning` in `parts`: the model's reasoning; null if there is none."),
    ),
  ),
  files: v.exactOptional(
    v.pipe(
      v.array(answerFile),
      v.description("Only with `file` in `parts`: files that the text does not link to."),
    ),
  ),
  ...completion,
});

/** RongCloud's own error, unchanged. */
export const rongCloudError = v.looseObject({
  code: v.pipe(v.number(), v.integer(), v.description("RongCloud's error code.")),
});
export const error = v.object({
  code: v.pipe(
    v.number(),
    v.integer(),
    v.description("RongCloud's error code, or the HTTP status where RongCloud has no code."),
  ),
  errorMessage: v.pipe(
    v.string(),
    v.description("The field, the rule that it breaks, and usually the value that was sent."),
  ),
});
