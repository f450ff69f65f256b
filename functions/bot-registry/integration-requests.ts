import * as v from "valibot";
import type { BotRules } from "./bot-schema.ts";
import { botId } from "./bot-schema.ts";
import { integrationChanges, integrationType, newIntegration } from "./integration-schema.ts";

const ofBot = v.object({ userId: botId }, "must be an object");

/** An integration and the id of the bot that gets it, all at the top level. */
export const integrationSchema = ({ allowPrivate }: BotRules) =>
  v.pipe(
    v.intersect([ofBot, newIntegration(allowPrivate)]),
    v.transform(({ userId, ...integration }) => ({ userId, integration })),
  );

/** A bot's id, the type of its integration, and what of it is to change. */
export const integrationUpdateSchema = ({ allowPrivate }: BotRules) =>
  v.pipe(
    v.intersect([ofBot, integrationChanges(allowPrivate)]),
    v.check((sent) => Object.keys(sent).length > 2, "must name a field to change besides userId and type"),
    v.transform(({ userId, type, ...changes }) => ({ userId, type, changes })),
  );

export const integrationIdSchema = v.object({ userId: botId, type: integrationType }, "must be an object");
