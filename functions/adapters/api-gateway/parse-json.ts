import { type JSONPath, visit } from "jsonc-parser";
import { callerError } from "#core/shared/errors.ts";
import { repeatedField } from "./repeated-field.ts";

/** A bot has four levels. `visit` is recursive: a few thousand levels would overflow the stack. */
const maxDepth = 32;

interface SentObject {
  readonly path: JSONPath;
  readonly names: string[];
}

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    throw callerError("bad_parameter", "body: must be valid JSON");
  }
};

const refuseTooDeep = (path: JSONPath): void => {
  if (path.length < maxDepth) return;
  throw callerError("bad_parameter", `body: at most ${maxDepth} levels deep`);
};

const refuseRepeated = ({ path, names }: SentObject): void => {
  for (const [name, sent] of Map.groupBy(names, (name) => name)) {
    if (sent.length > 1) throw repeatedField([...path, name], sent.length);
  }
};

const checkKeys = (text: string): void => {
  const open: SentObject[] = [];
  visit(text, {
    onArrayBegin: (_offset, _length, _line, _column, pathOf) => refuseTooDeep(pathOf()),
    onObjectBegin: (_offset, _length, _line, _column, pathOf) => {
      const path = pathOf();
      refuseTooDeep(path);
      open.push({ path, names: [] });
    },
    onObjectProperty: (name) => {
      open.at(-1)?.names.push(name);
    },
    onObjectEnd: () => {
      const closed = open.pop();
      if (closed) refuseRepeated(closed);
    },
  });
};

/**
 * Parses like JSON.parse, but rejects duplicate keys in an object and deep nesting. JSON.parse silently uses the last value
 * of a duplicate key, while a proxy that read the body before us may have used the first.
 * @throws BridgeError `bad_parameter`.
 */
export const parseJson = (text: string): unknown => {
  const value = parse(text);
  checkKeys(text);
  return value;
};
