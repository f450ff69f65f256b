import type { SentFields } from "./command/call.ts";
import type { FieldName } from "./values.ts";

/** The field whose value the bridge refuses: its messages begin with the path of the field. */
export const faultyField = (message: string, sent: SentFields): FieldName | undefined => {
  const [path = ""] = message.split(": ", 1);
  return Object.hasOwn(sent, path) ? sent[path] : undefined;
};
