import * as v from "valibot";
import { botId } from "#adapters/bot-requests/bot-fields.ts";
import {
  type BotRules,
  integrationChanges,
  integrationType,
  newIntegration,
} from "#adapters/bot-requests/integration-schema.ts";
import { withoutUnknownFields } from "#adapters/bot-requests/unknown-fields.ts";

const ofBot = v.object({ userId: botId }, "must be an object");
const botFields = Object.keys(ofBot.entries);

/** A request to add an integration: the bot's id and the integration's fields, all at the top level. */
export const integrationSchema = (rules: BotRules) =>
  v.pipe(
    v.intersect([ofBot, withoutUnknownFields(newIntegration(rules), botFields)]),
    v.transform(({ userId, ...integration }) => ({ userId, integration })),
  );

/** A request to update an integration: the bot's id, the integration's type and the fields to change. */
export const integrationUpdateSchema = (rules: BotRules) =>
  v.pipe(
    v.intersect([ofBot, withoutUnknownFields(integrationChanges(rules), botFields)]),
    v.check((sent) => Object.keys(sent).length > 2, "must name a field to change other than userId and type"),
    v.transform(({ userId, type, ...changes }) => ({ userId, type, changes })),
  );

export const integrationIdSchema = v.object({ userId: botId, type: integrationType }, "must be an object");
