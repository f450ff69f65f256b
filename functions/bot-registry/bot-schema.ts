import * as v from "valibot";
import { botId, metadata } from "#adapters/bot-requests/bot-fields.ts";
import { type BotRules, newIntegration, sentIntegration } from "#adapters/bot-requests/integration-schema.ts";
import { withoutUnknownFields } from "#adapters/bot-requests/unknown-fields.ts";
import { integrationTypes } from "#core/bot/integration-types.ts";
import { arrayOf, stringOf } from "#core/shared/rules.ts";

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
