import * as v from "valibot";
import { modelTypes } from "#core/bot/integration-types.ts";
import { fileKinds } from "#core/message/question-file.ts";
import { arrayOf, oneOf, stringOf } from "#core/shared/rules.ts";

/** In bytes, as much as a message of the IM holds. */
export const longestContent = 128 * 1024;
/** In bytes; JSON may need six for a character. */
export const longestBody = 1024 * 1024;

const mostFiles = 10;

const webUrl = v.pipe(
  stringOf(1, 2048),
  v.check((url) => /^https?:$/.test(URL.parse(url)?.protocol ?? ""), "must be an http or https URL"),
  v.metadata({ format: "uri" }),
);

const file = v.object({
  type: oneOf(fileKinds),
  url: v.pipe(webUrl, v.description("The model's server fetches it.")),
});

const content = v.pipe(
  v.string("must be a string"),
  v.check((text) => text.isWellFormed(), "must be Unicode without lone surrogates"),
  v.maxBytes(longestContent, `at most ${longestContent} bytes`),
  v.check((text) => text.trim() !== "", "must not be blank"),
  v.metadata({ minLength: 1, description: `What the user says. At most ${longestContent} bytes.` }),
);

/** A user's question (docs/http-chat.md). */
export const chatSchema = v.object({
  content,
  conversation: v.pipe(
    v.exactOptional(stringOf(1, 64)),
    v.description("A conversation by name; without it, the one that the user has with the bot in the IM."),
  ),
  integration: v.pipe(
    v.exactOptional(oneOf(modelTypes)),
    v.description("Which of the bot's integrations answers; without it, the first that is enabled."),
  ),
  files: v.exactOptional(arrayOf(file, mostFiles)),
});

const visible = /^[\x21-\x7e]{1,64}$/;

/** Headers, by their names as callers know them. */
export const chatHeaders = v.object({
  "Idempotency-Key": v.optional(
    v.pipe(v.string(), v.regex(visible, "must be 1 to 64 visible ASCII characters")),
  ),
});
