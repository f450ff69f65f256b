import type { FileUIPart, UIMessage } from "ai";
import type { Bot } from "../bot.ts";
import type { Question, QuestionFile } from "../question.ts";
import { blobOfDataUrl } from "./data-url.ts";

export interface QuestionOptions {
  readonly conversation: string | undefined;
  readonly integration: string | undefined;
  readonly signal: AbortSignal | undefined;
}

const kinds = ["image", "audio", "video"] as const;

const kindOf = (mediaType: string): QuestionFile["type"] =>
  kinds.find((kind) => mediaType === kind || mediaType.startsWith(`${kind}/`)) ?? "document";

const fileOf = (
  { upload }: Bot,
  { url, mediaType, filename }: FileUIPart,
  { integration, signal }: QuestionOptions,
): QuestionFile | Promise<QuestionFile> => {
  if (/^https?:/i.test(url)) return { type: kindOf(mediaType), url };
  if (!/^data:/i.test(url)) throw new Error(`file: must be an https or data URL, got "${url.slice(0, 40)}"`);
  return upload(blobOfDataUrl(url), { name: filename, integration, signal });
};

/**
 * The question that the last message asks. The bot has those before it.
 * @throws Error if the last message is not the user's, or a file cannot be sent; as `Bot.upload` does.
 */
export const questionOf = async (
  bot: Bot,
  messages: readonly UIMessage[],
  options: QuestionOptions,
): Promise<Question> => {
  const { role, parts } = messages.at(-1) ?? { role: "none", parts: [] };
  if (role !== "user") throw new Error(`the last message must be the user's, got one of role ${role}`);
  const content = parts.flatMap((part) => (part.type === "text" ? [part.text] : [])).join("\n\n");
  const files = await Promise.all(
    parts.flatMap((part) => (part.type === "file" ? [fileOf(bot, part, options)] : [])),
  );
  const { conversation, integration } = options;
  return { content, conversation, integration, ...(files.length > 0 && { files }) };
};
