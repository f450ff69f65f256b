export interface QuestionFile {
  readonly type: "image" | "document" | "audio" | "video" | "custom";
  /** https; the bot's app fetches it. */
  readonly url: string;
}

export interface Question {
  /** At most 128 KB. */
  readonly content: string;
  /** A conversation besides the default one, which is the one that the user has with the bot in the IM. */
  readonly conversation?: string | undefined;
  /** The type of the integration that is to answer, such as `dify_chat`; without it, the bot's first. */
  readonly integration?: string | undefined;
  readonly files?: readonly QuestionFile[] | undefined;
}
