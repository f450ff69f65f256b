/** RongCloud's limit of a message's content (docs/spec/rongcloud.md, section 8). */
export const maxContentBytes = 128 * 1024;
/** Of a body with such a content, which takes 768 KB if JSON escapes every character. */
export const maxMessageBodyBytes = 1024 * 1024;

/** The fields of a message's content, which the IM sends as a JSON string; undefined if it is not a JSON object. */
export const parseContent = (content: string): Readonly<Record<string, unknown>> | undefined => {
  try {
    const parsed: unknown = JSON.parse(content);
    return typeof parsed === "object" && parsed !== null ? { ...parsed } : undefined;
  } catch {
    return undefined;
  }
};
