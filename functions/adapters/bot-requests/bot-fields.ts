import * as v from "valibot";
import { anyObject, idRule, stringOf } from "#core/shared/rules.ts";

export const botId = idRule;

const maxPairs = 16;
const maxValueCharacters = 128;

/** JSON.parse rounds larger numbers, such as 64-bit ids. */
const isExact = (sent: number): boolean => Math.abs(sent) <= Number.MAX_SAFE_INTEGER;

/** The guide sends `"version": 1`: numbers and booleans are stored as strings. */
const metadataValue = v.pipe(
  v.union([v.string(), v.number(), v.boolean()], "must be a string, a number or a boolean"),
  v.check(
    (sent) => typeof sent !== "number" || isExact(sent),
    `a number beyond ${Number.MAX_SAFE_INTEGER} must be sent as a string`,
  ),
  v.metadata({ minLength: 1, maxLength: maxValueCharacters }),
  v.transform(String),
  stringOf(1, maxValueCharacters),
);

/** Names that are special in every object. Without this check, valibot would silently drop such pairs. */
const reservedKeys = ["__proto__", "constructor", "prototype"];

export const metadata = v.pipe(
  anyObject(),
  v.check(
    (pairs) => reservedKeys.every((key) => !Object.hasOwn(pairs, key)),
    `must not have a key called ${reservedKeys.join(", ")}`,
  ),
  v.maxEntries(maxPairs, `at most ${maxPairs} pairs`),
  v.description("Sent with each event. Numbers and booleans are stored as strings."),
  v.record(stringOf(1, 32), metadataValue),
);
