/** A file that the question refers to. */
export interface QuestionFile {
  readonly type: "image" | "document" | "audio" | "video" | "custom";
  /** An https URL, which the bot's app fetches. */
  readonly url: string;
}

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
