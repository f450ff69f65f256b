import * as v from "valibot";
import { parseRecord } from "./parse-record.ts";

/**
 * Parses a function's environment variables, once at its start.
 * @throws BridgeError naming every variable that is missing or invalid, without values, which may be secrets.
 */
export const parseEnvironment = <T extends v.GenericSchema>(schema: T): v.InferOutput<T> =>
  parseRecord(schema, process.env, "the environment");

/** A variable with the value `1` or `0`. */
export const flag = v.pipe(
  v.picklist(["0", "1"]),
  v.transform((value) => value === "1"),
);

/** A variable with a positive whole number. */
export const positiveInteger = v.pipe(v.string(), v.regex(/^[1-9]\d*$/), v.transform(Number));

export const nonEmptyString = v.pipe(v.string(), v.nonEmpty());

/** A variable with values that contain no comma, separated by commas. Empty: none. */
export const commaSeparated = v.pipe(
  v.string(),
  v.transform((list) => list.split(",").filter((value) => value !== "")),
);

/** A variable with a whole number, or 0. */
export const nonNegativeInteger = v.pipe(v.string(), v.regex(/^\d+$/), v.transform(Number));
