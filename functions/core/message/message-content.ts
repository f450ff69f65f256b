/** The fields of a message's content, which the IM sends as a JSON string; undefined if it is not a JSON object. */
export const parseContent = (content: string): Readonly<Record<string, unknown>> | undefined => {
  try {
    const parsed: unknown = JSON.parse(content);
    return typeof parsed === "object" && parsed !== null ? { ...parsed } : undefined;
  } catch {
    return undefined;
  }
};
