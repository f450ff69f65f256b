/** The fields of a message's content, which the IM carries as a string holding JSON; undefined where it holds no object. */
export const parseContent = (content: string): Readonly<Record<string, unknown>> | undefined => {
  try {
    const parsed: unknown = JSON.parse(content);
    return typeof parsed === "object" && parsed !== null ? { ...parsed } : undefined;
  } catch {
    return undefined;
  }
};
