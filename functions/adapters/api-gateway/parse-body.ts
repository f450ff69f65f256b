import type * as v from "valibot";
import { callerError } from "../../core/errors.ts";
import { parseInput } from "./parse-input.ts";

/** Well above a bot with everything in it. */
const longestJson = 128 * 1024;
/** 128 KB of content and a thousand targets are 600 KB where every byte is percent-encoded. */
const longestForm = 1024 * 1024;

const textOf = (body: Buffer, longest: number): string => {
  if (body.length === 0) throw callerError("empty_body", "body: must not be empty, got no bytes");
  if (body.length > longest) {
    throw callerError("parameter_too_long", `body: at most ${longest} bytes, got ${body.length} bytes`);
  }
  return body.toString("utf8");
};

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    throw callerError("bad_parameter", `body: must be JSON, got ${text.length} characters that are not`);
  }
};

/** @throws BridgeError `empty_body`, `parameter_too_long`, or what `parseInput` throws. */
export const parseJsonBody = <T extends v.GenericSchema>(schema: T, body: Buffer): v.InferOutput<T> =>
  parseInput(schema, parseJson(textOf(body, longestJson)));

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
    if (values.length > 1) {
      throw callerError(
        "bad_parameter",
        `${name.slice(0, 80)}: may be sent once, got ${values.length} of it`,
      );
    }
    return [name, values[0]] as const;
  });
  return parseInput(schema, Object.fromEntries(fields));
};
