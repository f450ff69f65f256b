import * as v from "valibot";
import type { AnswerPiece } from "#core/chat/answer-pieces.ts";
import type { ChatErrorCode } from "#core/chat/chat-event.ts";

const codes = [
  "unavailable",
  "timeout",
  "refused",
  "model",
  "conversation_lost",
  "empty",
  "broken_off",
  "unreadable",
  "interrupted",
  "replay_too_long",
  "internal",
] as const satisfies readonly ChatErrorCode[];

const text = v.optional(v.string());
const count = v.optional(v.number());

const event = v.variant("type", [
  v.object({ type: v.literal("start"), turn: v.string(), conversation: v.nullable(v.string()) }),
  v.object({ type: v.literal("delta"), content: v.string() }),
  v.object({ type: v.literal("replace"), content: v.string() }),
  v.object({
    type: v.literal("end"),
    stopped: v.boolean(),
    paused: v.exactOptional(v.literal(true)),
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
    code: v.picklist(codes),
    message: v.string(),
    retryable: v.boolean(),
  }),
]);

/** A piece of an answer, as a text holding JSON. */
export const pieceText = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({ events: v.array(event), isCut: v.exactOptional(v.literal(true)) }),
  v.transform((piece): AnswerPiece => piece),
);
