import { type JSONPath, visit } from "jsonc-parser";
import { callerError } from "#core/shared/errors.ts";
import { repeatedField } from "./repeated-field.ts";

/** A bot is four levels deep; `visit` calls itself for each level, and some thousands overflow the stack. */
const deepest = 32;

interface SentObject {
  readonly path: JSONPath;
  readonly names: string[];
}

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    throw callerError("bad_parameter", `body: must be JSON, got ${text.length} characters that are not`);
  }
};

const refuseTooDeep = (path: JSONPath): void => {
  if (path.length < deepest) return;
  throw callerError("bad_parameter", `body: at most ${deepest} levels deep, got more`);
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
 * As JSON.parse, which decides what is JSON, but refuses a key that stands twice in an object: JSON.parse would take its
 * last value in silence, where whatever read the body before us may have taken the first.
 */
export const parseJson = (text: string): unknown => {
  const value = parse(text);
  checkKeys(text);
  return value;
};
