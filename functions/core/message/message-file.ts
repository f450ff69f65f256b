import { parseContent } from "./message-content.ts";
import type { MessageEvent } from "./message-event.ts";
import { type FileKind, kindOfFile, type LinkedFile } from "./question-file.ts";

type Content = Readonly<Record<string, unknown>>;

/** A file attached to a message. */
export interface MessageFile extends LinkedFile {
  /** The name that the sender gave it. */
  readonly name: string | undefined;
}

interface FileMessageType {
  /** The content field that holds the file's URL. */
  readonly url: string;
  /** Undefined if the kind follows from the file's type, name or URL. */
  readonly kind: FileKind | undefined;
}

/** RongCloud's message types that carry a file. Source: its list of message types. */
const fileMessageTypes = new Map<string, FileMessageType>([
  ["RC:ImgMsg", { url: "imageUri", kind: "image" }],
  ["RC:GIFMsg", { url: "remoteUrl", kind: "image" }],
  ["RC:ImgTextMsg", { url: "imageUri", kind: "image" }],
  ["RC:FileMsg", { url: "fileUrl", kind: undefined }],
  ["RC:HQVCMsg", { url: "remoteUrl", kind: "audio" }],
  ["RC:SightMsg", { url: "sightUrl", kind: "video" }],
]);

const stringField = (content: Content, field: string): string | undefined => {
  const value = content[field];
  return typeof value === "string" && value.trim() !== "" ? value.trim() : undefined;
};

const isWebUrl = (url: string): boolean => /^https?:$/.test(URL.parse(url)?.protocol ?? "");

/** Whether a URL needs no escapes: clients send spaces and characters of any script. */
const isAscii = (url: string): boolean => /^[\x21-\x7e]+$/.test(url);

/** The file of a message of this type; undefined if it has none that can be fetched. */
export const fileOfMessage = (objectName: string, content: Content): MessageFile | undefined => {
  const form = fileMessageTypes.get(objectName);
  const given = form && stringField(content, form.url);
  if (!form || given === undefined || !isWebUrl(given)) return undefined;
  const url = isAscii(given) ? given : (URL.parse(given)?.href ?? given);
  const name = stringField(content, "name");
  const type = stringField(content, "type");
  return { kind: form.kind ?? kindOfFile({ type, name, url }), url, name };
};

/** The text that the sender attached to the file. RongCloud's content types have no other fields for it. */
export const captionOf = (objectName: string, content: Content): string | undefined => {
  const parts =
    objectName === "RC:ImgTextMsg"
      ? [stringField(content, "title"), stringField(content, "content"), stringField(content, "url")]
      : [stringField(content, "caption")];
  const caption = parts.filter((part) => part !== undefined).join("\n");
  return caption === "" ? undefined : caption;
};

/** The types whose `content` field is a preview in base64, of up to tens of KB. Source: RongCloud's list of message types. */
const previewed: readonly string[] = ["RC:ImgMsg", "RC:SightMsg", "RC:LBSMsg"];

/** The event of a picture or video without its preview, which no model gets. */
export const withoutPreview = (event: MessageEvent): MessageEvent => {
  const { objectName, content } = event.data;
  const fields = previewed.includes(objectName) ? parseContent(content) : undefined;
  if (!fields) return event;
  const { content: _preview, ...rest } = fields;
  return { ...event, data: { ...event.data, content: JSON.stringify(rest) } };
};
