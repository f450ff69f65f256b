import { type FileKind, kindOfFile, type QuestionFile } from "./question-file.ts";

type Content = Readonly<Record<string, unknown>>;

/** A file that a message carries, and what is said with it. */
export interface MessageFile extends QuestionFile {
  /** As the sender named it. */
  readonly name: string | undefined;
}

interface FileForm {
  /** The field that holds its address. */
  readonly url: string;
  /** Undefined where its name tells. */
  readonly kind: FileKind | undefined;
}

/** RongCloud's messages that carry a file (its list of message types). */
const forms = new Map<string, FileForm>([
  ["RC:ImgMsg", { url: "imageUri", kind: "image" }],
  ["RC:GIFMsg", { url: "remoteUrl", kind: "image" }],
  ["RC:ImgTextMsg", { url: "imageUri", kind: "image" }],
  ["RC:FileMsg", { url: "fileUrl", kind: undefined }],
  ["RC:HQVCMsg", { url: "remoteUrl", kind: "audio" }],
  ["RC:SightMsg", { url: "sightUrl", kind: "video" }],
]);

const textIn = (content: Content, field: string): string | undefined => {
  const value = content[field];
  return typeof value === "string" && value.trim() !== "" ? value.trim() : undefined;
};

const isWebUrl = (url: string): boolean => /^https?:$/.test(URL.parse(url)?.protocol ?? "");

/** The file of a message of this type; undefined where it has none that can be fetched. */
export const fileOfMessage = (objectName: string, content: Content): MessageFile | undefined => {
  const form = forms.get(objectName);
  const url = form && textIn(content, form.url);
  if (!form || url === undefined || !isWebUrl(url)) return undefined;
  const name = textIn(content, "name");
  return { kind: form.kind ?? kindOfFile(name ?? URL.parse(url)?.pathname ?? ""), url, name };
};

/** What the sender says of it: clients have no field of RongCloud's for it but these. */
export const captionOf = (objectName: string, content: Content): string | undefined => {
  const parts =
    objectName === "RC:ImgTextMsg"
      ? [textIn(content, "title"), textIn(content, "content"), textIn(content, "url")]
      : [textIn(content, "caption")];
  const said = parts.filter((part) => part !== undefined).join("\n");
  return said === "" ? undefined : said;
};
