import { isJsonObject, type JsonObject } from "./json.ts";

const fileTypes = ["image", "document", "audio", "video", "custom"] as const;

/** The kind of a question's file. */
export type QuestionFileType = (typeof fileTypes)[number];

/** A file that the question refers to. */
export type QuestionFile =
  /** `url`: an https URL, which the bot's app fetches. */
  | { readonly type: QuestionFileType; readonly url: string }
  /** `id`: that of a file that `Bot.upload` sent. */
  | { readonly type: QuestionFileType; readonly id: string };

/** A question to a bot. */
export interface Question {
  /** At most 128 KB. */
  readonly content: string;
  /** Name of a separate conversation. Omitted: the user's IM conversation with the bot. */
  readonly conversation?: string | undefined;
  /** Type of the integration that answers, such as `dify_chat`; omitted: the bot's first. */
  readonly integration?: string | undefined;
  readonly files?: readonly QuestionFile[] | undefined;
}

/** Parses the response to an upload; undefined if it is malformed. */
export const parseUploaded = ({ file }: JsonObject): QuestionFile | undefined => {
  if (!isJsonObject(file) || typeof file.id !== "string") return undefined;
  const type = fileTypes.find((each) => each === file.type);
  return type && { type, id: file.id };
};
