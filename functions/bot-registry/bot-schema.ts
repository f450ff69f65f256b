import * as v from "valibot";
import { integrationTypes } from "#core/bot/integration-types.ts";
import { anyObject, arrayOf, stringOf } from "#core/shared/rules.ts";
import { type BotRules, newIntegration, sentIntegration } from "./integration-schema.ts";

const mostPairs = 16;
const longestValue = 128;

/** JSON.parse has rounded a larger one, such as a 64-bit id. */
const isExact = (sent: number): boolean => Math.abs(sent) <= Number.MAX_SAFE_INTEGER;

/** The guide sends `"version": 1`: numbers and booleans are stored as strings. */
const metadataValue = v.pipe(
  v.union([v.string(), v.number(), v.boolean()], "must be a string, a number or a boolean"),
  v.check(
    (sent) => typeof sent !== "number" || isExact(sent),
    `a number beyond ${Number.MAX_SAFE_INTEGER} must be sent as a string`,
  ),
  v.metadata({ minLength: 1, maxLength: longestValue }),
  v.transform(String),
  stringOf(1, longestValue),
);

/** Names that mean something to every object; valibot would leave such pairs out without a word. */
const reservedKeys = ["__proto__", "constructor", "prototype"];

const metadata = v.pipe(
  anyObject(),
  v.check(
    (pairs) => reservedKeys.every((key) => !Object.hasOwn(pairs, key)),
    `must not have a key called ${reservedKeys.join(", ")}`,
  ),
  v.maxEntries(mostPairs, `at most ${mostPairs} pairs`),
  v.description("Sent with each event. Numbers and booleans are stored as strings."),
  v.record(stringOf(1, 32), metadataValue),
);

const profileUrl = v.pipe(
  stringOf(1, 256),
  v.url("must be a URL"),
  v.regex(/^https?:/i, "must be an http or https URL"),
);

/** Counted before any is looked at: the patterns of one alone may take a while. */
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

/** A bot as an app describes it (docs/spec/rongcloud.md, section 4). */
export const botSchema = (rules: BotRules) =>
  v.object(
    {
      userId: botId,
      name,
      type,
      profileUrl,
      metadata: v.optional(metadata, {}),
      integrations: oneOfEach(newIntegration(rules)),
    },
    "must be an object",
  );

/** The id of a bot, and what of it is to change. */
export const botUpdateSchema = (rules: BotRules) =>
  v.pipe(
    v.object(
      {
        userId: botId,
        name: v.exactOptional(name),
        type: v.exactOptional(type),
        profileUrl: v.exactOptional(profileUrl),
        metadata: v.exactOptional(metadata),
        integrations: v.exactOptional(oneOfEach(sentIntegration(rules))),
      },
      "must be an object",
    ),
    v.check((sent) => Object.keys(sent).length > 1, "must name a field to change other than userId"),
    v.transform(({ userId, ...changes }) => ({ userId, changes })),
  );

const userIds = v.pipe(arrayOf(botId, 20), v.minLength(1, "must name at least one"));

export const botIdSchema = v.object({ userId: botId }, "must be an object");
export const botIdsSchema = v.object({ userIds }, "must be an object");
