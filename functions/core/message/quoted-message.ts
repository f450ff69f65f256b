import { parseContent } from "./message-content.ts";
import type { MessageEvent } from "./message-event.ts";
import { captionOf, fileOfMessage, type MessageFile } from "./message-file.ts";

/** The message that a reply quotes. */
export interface QuotedMessage {
  readonly text: string;
  readonly file: MessageFile | undefined;
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** `referMsg` is the content of the quoted message, as an object, a JSON string or plain text; `objName` is its type. */
export const quotedMessage = ({ data }: MessageEvent): QuotedMessage | undefined => {
  if (data.objectName !== "RC:ReferenceMsg") return undefined;
  const { referMsg, objName } = parseContent(data.content) ?? {};
  const content = typeof referMsg === "string" ? (parseContent(referMsg) ?? { content: referMsg }) : referMsg;
  if (!isObject(content)) return undefined;
  const objectName = typeof objName === "string" ? objName : "RC:TxtMsg";
  const file = fileOfMessage(objectName, content);
  if (file) return { text: captionOf(objectName, content) ?? file.name ?? `[${file.kind}]`, file };
  const { content: text } = content;
  // The `content` field of an image is a base64 preview.
  const isText = ["RC:TxtMsg", "RC:ReferenceMsg", "RC:StreamMsg"].includes(objectName);
  return isText && typeof text === "string" && text.trim() !== ""
    ? { text: text.trim(), file: undefined }
    : undefined;
};
