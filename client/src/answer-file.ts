import { isJsonObject } from "./json.ts";

const fileTypes = ["image", "audio", "video", "document"] as const;

/** A file of an answer, or of a question in a conversation's history. */
export interface AnswerFile {
  readonly type: (typeof fileTypes)[number];
  /** An http or https URL. It may expire. */
  readonly url: string;
  readonly name: string | null;
}

/** Undefined if it is malformed. A URL that is not a web address, such as `javascript:…`, would endanger a page that links it. */
export const parseFile = (value: unknown): AnswerFile | undefined => {
  if (!isJsonObject(value)) return undefined;
  const { type, url, name } = value;
  if (typeof url !== "string" || !/^https?:\/\//i.test(url)) return undefined;
  return {
    // Newer bridges may send other types: all can be linked.
    type: fileTypes.find((each) => each === type) ?? "document",
    url,
    name: typeof name === "string" ? name : null,
  };
};
