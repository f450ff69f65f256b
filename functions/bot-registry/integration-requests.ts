import * as v from "valibot";
import { botId } from "./bot-schema.ts";
import { type BotRules, integrationChanges, integrationType, newIntegration } from "./integration-schema.ts";

const ofBot = v.object({ userId: botId }, "must be an object");

/** An integration and the id of the bot that gets it, all at the top level. */
export const integrationSchema = (rules: BotRules) =>
  v.pipe(
    v.intersect([ofBot, newIntegration(rules)]),
    v.transform(({ userId, ...integration }) => ({ userId, integration })),
  );

/** A bot's id, the type of its integration, and what of it is to change. */
export const integrationUpdateSchema = (rules: BotRules) =>
  v.pipe(
    v.intersect([ofBot, integrationChanges(rules)]),
    v.check((sent) => Object.keys(sent).length > 2, "must name a field to change other than userId and type"),
    v.transform(({ userId, type, ...changes }) => ({ userId, type, changes })),
  );

export const integrationIdSchema = v.object({ userId: botId, type: integrationType }, "must be an object");
