import type * as v from "valibot";
import { callerError } from "#core/shared/errors.ts";
import { countOf } from "./field-path.ts";
import { parseInput } from "./parse-input.ts";
import { parseJson } from "./parse-json.ts";
import { repeatedField } from "./repeated-field.ts";

/** Well above a bot with everything in it. */
const longestJson = 128 * 1024;
/** 128 KB of content and a thousand targets are 600 KB where every byte is percent-encoded. */
const longestForm = 1024 * 1024;

const utf8 = new TextDecoder("utf-8", { fatal: true });

const decode = (body: Buffer): string => {
  try {
    return utf8.decode(body);
  } catch {
    throw callerError("bad_parameter", `body: must be UTF-8, got ${body.length} bytes that are not`);
  }
};

const textOf = (body: Buffer, longest: number): string => {
  if (body.length === 0) throw callerError("empty_body", "body: must not be empty, got no bytes");
  if (body.length > longest) {
    throw callerError("parameter_too_long", `body: at most ${longest} bytes, got ${body.length} bytes`);
  }
  return decode(body);
};

/** `longest`: in bytes. @throws BridgeError `empty_body`, `parameter_too_long`, or what `parseInput` throws. */
export const parseJsonBody = <T extends v.GenericSchema>(
  schema: T,
  body: Buffer,
  longest = longestJson,
): v.InferOutput<T> => {
  const value = parseJson(textOf(body, longest));
  // A schema of an object whose fields may all be left out would take it for an empty one.
  if (Array.isArray(value)) {
    throw callerError(
      "bad_parameter",
      `body: must be an object, got an array of ${countOf(value.length, "item")}`,
    );
  }
  return parseInput(schema, value);
};

/** Parses a form; the fields named in `lists` may be repeated. @throws as `parseJsonBody` does. */
export const parseFormBody = <T extends v.GenericSchema>(
  schema: T,
  body: Buffer,
  lists: readonly string[] = [],
): v.InferOutput<T> => {
  const pairs = new URLSearchParams(textOf(body, longestForm));
  const fields = [...Map.groupBy(pairs, ([name]) => name)].map(([name, sent]) => {
    const values = sent.map(([, value]) => value);
    if (lists.includes(name)) return [name, values] as const;
    if (values.length > 1) throw repeatedField([name], values.length);
    return [name, values[0]] as const;
  });
  return parseInput(schema, Object.fromEntries(fields));
};
