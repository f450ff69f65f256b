import * as v from "valibot";
import { type ChatErrorCode, chatErrorCodes } from "#core/chat/chat-event.ts";
import { answerFile, completion, conversationName, turnId } from "./answer-schemas.ts";

const id = v.pipe(
  v.string(),
  v.description("The client's position after this event. Opaque; send it as `Last-Event-ID` to resume."),
);

const eventOf = <Name extends string, Data extends v.ObjectEntries>(name: Name, data: Data) =>
  v.object({
    id,
    event: v.pipe(v.literal(name), v.description("The event's name.")),
    data: v.pipe(v.object(data), v.description("The event's `data`, which is JSON, once parsed.")),
  });

const errorMeanings: Record<ChatErrorCode, string> = {
  unavailable: "The model's server could not be reached, is overloaded or sent an invalid answer.",
  timeout: "The model's server sent nothing for too long.",
  refused: "The model's server refused the request, for example because of a wrong API key.",
  model: "The model behind the Dify app failed.",
  conversation_lost: "The model's server no longer knows the conversation.",
  empty: "The answer has no text.",
  broken_off: "The answer ended before it was complete.",
  unreadable: "The question contains nothing that a model can read.",
  interrupted: "The process that ran the turn ended.",
  replay_too_long: "The rest of the answer was not stored and cannot be resumed.",
  internal: "An internal error.",
};

const errorCode = v.pipe(
  v.picklist(chatErrorCodes),
  v.description(
    [
      "Why the answer failed:\n",
      ...chatErrorCodes.map((code) => `- \`${code}\`: ${errorMeanings[code]}`),
    ].join("\n"),
  ),
);

/**
 * Events of a chat stream, each as its client sees it once `data` is parsed.
 * A test compares them with `ChatEvent`, and validates what the stream writes against them.
 */
export const chatEvents = {
  start: eventOf("start", { turn: turnId, conversation: conversationName }),
  delta: eventOf("delta", {
    content: v.pipe(v.string(), v.description("Text to append to the answer.")),
  }),
  replace: eventOf("replace", {
    content: v.pipe(v.string(), v.description("Text that replaces the entire text so far.")),
    all: v.exactOptional(
      v.pipe(
        v.literal(true),
        v.description("Present if the answer begins again: reasoning and files so far are void, too."),
      ),
    ),
  }),
  reasoning: eventOf("reasoning", {
    content: v.pipe(v.string(), v.description("Text to append to the reasoning.")),
  }),
  file: eventOf("file", answerFile.entries),
  end: eventOf("end", completion),
  error: eventOf("error", {
    code: errorCode,
    message: v.pipe(v.string(), v.description("A sentence that can be shown to the user.")),
    retryable: v.pipe(
      v.boolean(),
      v.description(
        "Whether the same question, with the same Idempotency-Key, may succeed if it is sent again.",
      ),
    ),
  }),
};

export const chatEvent = v.variant("event", [
  chatEvents.start,
  chatEvents.delta,
  chatEvents.replace,
  chatEvents.reasoning,
  chatEvents.file,
  chatEvents.end,
  chatEvents.error,
]);

export type DescribedChatEvent = v.InferOutput<typeof chatEvent>;
