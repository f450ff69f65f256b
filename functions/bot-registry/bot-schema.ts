import * as v from "valibot";
import { integrationTypes } from "#core/bot/integration-types.ts";
import { anyObject, arrayOf, stringOf } from "#core/shared/rules.ts";
import { type BotRules, newIntegration, sentIntegration } from "./integration-schema.ts";
import { withoutUnknownFields } from "./unknown-fields.ts";

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

const metadata = v.pipe(
  anyObject(),
  v.check(
    (pairs) => reservedKeys.every((key) => !Object.hasOwn(pairs, key)),
    `must not have a key called ${reservedKeys.join(", ")}`,
  ),
  v.maxEntries(maxPairs, `at most ${maxPairs} pairs`),
  v.description("Sent with each event. Numbers and booleans are stored as strings."),
  v.record(stringOf(1, 32), metadataValue),
);

const profileUrl = v.pipe(
  stringOf(1, 256),
  v.url("must be a URL"),
  v.regex(/^https?:/i, "must be an http or https URL"),
);

/** The length is checked before the elements are parsed, as checking the patterns of a single one may take a while. */
const oneOfEach = <I extends v.GenericSchema<unknown, { readonly type: string }>>(integration: I) =>
  v.pipe(
    v.custom<unknown[]>(Array.isArray, "must be an array"),
    v.maxLength(integrationTypes.length, "at most one integration of each type"),
    v.array(integration),
    v.check(
      (list) => new Set(list.map(({ type }) => type)).size === list.length,
      "at most one integration of each type",
    ),
  );

export const botId = stringOf(1, 64);
const name = stringOf(1, 128);
const type = stringOf(1, 128);

/** A request to create a bot (docs/spec/rongcloud.md, section 4). */
export const botSchema = (rules: BotRules) =>
  v.object(
    {
      userId: botId,
      name,
      type,
      profileUrl,
      metadata: v.optional(metadata, {}),
      integrations: oneOfEach(withoutUnknownFields(newIntegration(rules))),
    },
    "must be an object",
  );

/** A request to update a bot: its id and the fields to change. */
export const botUpdateSchema = (rules: BotRules) =>
  v.pipe(
    v.object(
      {
        userId: botId,
        name: v.exactOptional(name),
        type: v.exactOptional(type),
        profileUrl: v.exactOptional(profileUrl),
        metadata: v.exactOptional(metadata),
        integrations: v.exactOptional(oneOfEach(withoutUnknownFields(sentIntegration(rules)))),
      },
      "must be an object",
    ),
    v.check((sent) => Object.keys(sent).length > 1, "must name a field to change other than userId"),
    v.transform(({ userId, ...changes }) => ({ userId, changes })),
  );

const userIds = v.pipe(arrayOf(botId, 20), v.minLength(1, "must contain at least one"));

export const botIdSchema = v.object({ userId: botId }, "must be an object");
export const botIdsSchema = v.object({ userIds }, "must be an object");
