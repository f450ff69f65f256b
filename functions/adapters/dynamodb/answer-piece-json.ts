import * as v from "valibot";
import { truncationReasons } from "#core/answer/answer.ts";
import { answerFileKinds } from "#core/answer/answer-facts.ts";
import type { AnswerPiece } from "#core/chat/answer-pieces.ts";
import { chatErrorCodes } from "#core/chat/chat-event.ts";
import { formRecord } from "./pause-record.ts";

const text = v.optional(v.string());
const count = v.optional(v.number());

const event = v.variant("type", [
  v.object({ type: v.literal("start"), turn: v.string(), conversation: v.nullable(v.string()) }),
  v.object({ type: v.literal("delta"), content: v.string() }),
  v.object({ type: v.literal("replace"), content: v.string(), all: v.exactOptional(v.literal(true)) }),
  v.object({ type: v.literal("reasoning"), content: v.string() }),
  v.object({
    type: v.literal("file"),
    file: v.object({ type: v.picklist(answerFileKinds), url: v.string(), name: v.nullable(v.string()) }),
  }),
  v.object({
    type: v.literal("end"),
    stopped: v.boolean(),
    paused: v.exactOptional(v.literal(true)),
    form: v.exactOptional(formRecord),
    prompt: v.exactOptional(v.string()),
    truncated: v.exactOptional(v.picklist(truncationReasons)),
    usage: v.nullable(
      v.object({
        promptTokens: count,
        completionTokens: count,
        totalTokens: v.number(),
        totalPrice: text,
        currency: text,
      }),
    ),
    sources: v.array(v.object({ dataset: text, document: text, content: text, score: count })),
  }),
  v.object({
    type: v.literal("error"),
    code: v.picklist(chatErrorCodes),
    message: v.string(),
    retryable: v.boolean(),
  }),
]);

/** An answer piece as a JSON string. */
export const answerPieceJson = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({ events: v.array(event), isCut: v.exactOptional(v.literal(true)) }),
  v.transform((piece): AnswerPiece => piece),
);
