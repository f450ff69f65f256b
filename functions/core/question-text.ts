import type { MessageEvent } from "./message-event.ts";

const parse = (content: string): unknown => {
  try {
    return JSON.parse(content);
  } catch {
    return undefined;
  }
};

/** What the user said, if the message is a text with anything in it. */
export const questionText = (event: MessageEvent): string | undefined => {
  if (event.data.objectName !== "RC:TxtMsg") return undefined;
  const content = parse(event.data.content);
  if (typeof content !== "object" || content === null || !("content" in content)) return undefined;
  return typeof content.content === "string" && content.content.trim() !== "" ? content.content : undefined;
};
