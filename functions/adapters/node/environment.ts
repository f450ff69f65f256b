import * as v from "valibot";
import { parseRecord } from "./parse-record.ts";

/**
 * A function's environment, parsed once at start.
 * @throws BridgeError naming every variable that is missing or wrong, and never a value: it may be a secret.
 */
export const parseEnvironment = <T extends v.GenericSchema>(schema: T): v.InferOutput<T> =>
  parseRecord(schema, process.env, "the environment");

/** A variable holding `1` or `0`. */
export const flag = v.pipe(
  v.picklist(["0", "1"]),
  v.transform((value) => value === "1"),
);

/** A variable holding a whole number above zero. */
export const count = v.pipe(v.string(), v.regex(/^[1-9]\d*$/), v.transform(Number));

export const text = v.pipe(v.string(), v.nonEmpty());
