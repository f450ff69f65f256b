import * as v from "valibot";
import { modelTypes } from "#core/bot/integration-types.ts";
import { chatParts } from "#core/chat/chat-event.ts";
import { maxContentBytes } from "#core/message/message-content.ts";
import { fileKinds, maxQuestionFiles } from "#core/message/question-file.ts";
import { anyObject, arrayOf, idRule, oneOf, stringOf } from "#core/shared/rules.ts";
import { wellFormed } from "#core/shared/well-formed.ts";

const webUrl = v.pipe(
  stringOf(1, 2048),
  v.check((url) => /^https?:$/.test(URL.parse(url)?.protocol ?? ""), "must be an http or https URL"),
  v.metadata({ format: "uri" }),
);

const type = oneOf(fileKinds);
const linkedFile = v.object({
  type,
  url: v.pipe(webUrl, v.description("The model's server downloads the file from here.")),
});
const uploadedFile = v.object({
  type: v.pipe(type, v.description("That of the upload.")),
  id: v.pipe(stringOf(1, 512), v.description("The `id` of an upload. A `url` beside it is ignored.")),
});

/** By what it has: a union would not say what is wrong. */
const file = v.lazy((sent) =>
  typeof sent === "object" && sent !== null && "id" in sent ? uploadedFile : linkedFile,
);

const content = v.pipe(
  v.string("must be a string"),
  v.maxBytes(maxContentBytes, `at most ${maxContentBytes} bytes`),
  // Without the characters that models refuse, as the question will be.
  v.check((text) => wellFormed(text).trim() !== "", "must not be blank"),
  v.metadata({ minLength: 1, description: `The question. At most ${maxContentBytes} bytes.` }),
);

const parts = v.pipe(
  v.exactOptional(arrayOf(oneOf(chatParts), chatParts.length)),
  v.description(
    "Content to send as events of its own, `reasoning` and `file`, instead of as quotes and links in the text. Reasoning is only sent if the integration has `showThinking`.",
  ),
);

/** A user's question (docs/http-chat.md). */
export const chatSchema = v.object({
  content,
  conversation: v.pipe(
    v.exactOptional(idRule),
    v.description("Name of the conversation. Default: the one that the user has with the bot in the IM."),
  ),
  integration: v.pipe(
    v.exactOptional(oneOf(modelTypes)),
    v.description("Type of the integration that answers. Default: the first enabled one."),
  ),
  files: v.exactOptional(arrayOf(file, maxQuestionFiles)),
  parts,
});

const fieldValue = v.union(
  [
    v.pipe(v.string(), v.maxBytes(maxContentBytes)),
    file,
    v.pipe(v.array(file), v.maxLength(maxQuestionFiles)),
  ],
  `must be a string of at most ${maxContentBytes} bytes, a file, or an array of at most ${maxQuestionFiles} files`,
);

/** A form that the user filled in (docs/http-chat.md). */
export const inputSchema = v.object({
  form: v.pipe(
    v.exactOptional(stringOf(1, 128)),
    v.description("The form's `id`. Default: the form that the turn waits for now."),
  ),
  action: v.pipe(stringOf(1, 128), v.description("The `id` of the action that the user chose.")),
  inputs: v.pipe(
    v.exactOptional(v.pipe(anyObject(), v.record(stringOf(1, 128), fieldValue)), {}),
    v.description("The values by the name of the field. Every field of the form needs one."),
  ),
  parts,
});

const visible = /^[\x21-\x7e]{1,64}$/;

/** Headers, by their documented names, which error messages quote. */
export const chatHeaders = v.object({
  "Idempotency-Key": v.optional(
    v.pipe(v.string(), v.regex(visible, "must be 1 to 64 visible ASCII characters")),
  ),
});
