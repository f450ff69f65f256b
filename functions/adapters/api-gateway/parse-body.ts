import type * as v from "valibot";
import { callerError } from "#core/shared/errors.ts";
import { countOf } from "#core/shared/field-path.ts";
import { parseInput } from "./parse-input.ts";
import { parseJson } from "./parse-json.ts";
import { repeatedField } from "./repeated-field.ts";

/** Well above the size of a bot with every field at its limit. */
const maxJsonBytes = 128 * 1024;
/** With every byte percent-encoded, 128 KB of content and 1000 targets take 600 KB. */
const maxFormBytes = 1024 * 1024;

/** A message to a thousand users has that many fields, and a message route's copy one for each member of its group. */
const maxFormFields = 10_000;

const utf8 = new TextDecoder("utf-8", { fatal: true });

const decode = (body: Buffer): string => {
  try {
    return utf8.decode(body);
  } catch {
    throw callerError("bad_parameter", "body: must be valid UTF-8");
  }
};

const decodeBody = (body: Buffer, maxBytes: number): string => {
  if (body.length === 0) throw callerError("empty_body", "body: must not be empty");
  if (body.length > maxBytes) {
    throw callerError("parameter_too_long", `body: at most ${maxBytes} bytes, got ${body.length} bytes`);
  }
  return decode(body);
};

/** @throws BridgeError `empty_body`, `parameter_too_long`, `bad_parameter`, or the errors of `parseInput`. */
export const parseJsonBody = <T extends v.GenericSchema>(
  schema: T,
  body: Buffer,
  maxBytes = maxJsonBytes,
): v.InferOutput<T> => {
  const value = parseJson(decodeBody(body, maxBytes));
  // An object schema whose fields are all optional would accept an array as an empty object.
  if (Array.isArray(value)) {
    throw callerError(
      "bad_parameter",
      `body: must be an object, got an array of ${countOf(value.length, "item")}`,
    );
  }
  return parseInput(schema, value);
};

/** Counted without parsing: half a million fields take two seconds. */
const checkFieldCount = (form: string): void => {
  let fields = 1;
  for (let at = form.indexOf("&"); at >= 0; at = form.indexOf("&", at + 1)) fields += 1;
  if (fields > maxFormFields) {
    throw callerError("bad_parameter", `body: at most ${maxFormFields} fields, got ${fields}`);
  }
};

/** Parses a form. The fields in `arrayFields` may be repeated and become arrays. @throws the errors of `parseJsonBody`. */
export const parseFormBody = <T extends v.GenericSchema>(
  schema: T,
  body: Buffer,
  arrayFields: readonly string[] = [],
): v.InferOutput<T> => {
  const form = decodeBody(body, maxFormBytes);
  checkFieldCount(form);
  const pairs = new URLSearchParams(form);
  const fields = [...Map.groupBy(pairs, ([name]) => name)].map(([name, sent]) => {
    const values = sent.map(([, value]) => value);
    if (arrayFields.includes(name)) return [name, values] as const;
    if (values.length > 1) throw repeatedField([name], values.length);
    return [name, values[0]] as const;
  });
  return parseInput(schema, Object.fromEntries(fields));
};
