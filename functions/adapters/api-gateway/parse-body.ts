import type * as v from "valibot";
import { callerError } from "../../core/errors.ts";
import { parseInput } from "./parse-input.ts";

/** Well above a bot with everything in it. */
const longestJson = 128 * 1024;

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    throw callerError("bad_parameter", `body: must be JSON, got ${text.length} characters that are not`);
  }
};

/** @throws BridgeError `empty_body`, `parameter_too_long`, or what `parseInput` throws. */
export const parseJsonBody = <T extends v.GenericSchema>(schema: T, body: Buffer): v.InferOutput<T> => {
  if (body.length === 0) throw callerError("empty_body", "body: must not be empty");
  if (body.length > longestJson) {
    throw callerError("parameter_too_long", `body: at most ${longestJson} bytes, got ${body.length}`);
  }
  return parseInput(schema, parseJson(body.toString("utf8")));
};

const fieldOf = (form: URLSearchParams, name: string, isList: boolean): string | string[] => {
  const values = form.getAll(name);
  const [first = ""] = values;
  if (isList) return values;
  if (values.length > 1)
    throw callerError("bad_parameter", `${name}: may be sent once, got ${values.length} of it`);
  return first;
};

/** Parses a form; the fields named in `lists` may be repeated. @throws as `parseJsonBody` does. */
export const parseFormBody = <T extends v.GenericSchema>(
  schema: T,
  body: Buffer,
  lists: readonly string[] = [],
): v.InferOutput<T> => {
  if (body.length === 0) throw callerError("empty_body", "body: must not be empty");
  const form = new URLSearchParams(body.toString("utf8"));
  const fields = [...new Set(form.keys())].map(
    (name) => [name, fieldOf(form, name, lists.includes(name))] as const,
  );
  return parseInput(schema, Object.fromEntries(fields));
};
