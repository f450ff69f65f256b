import type * as v from "valibot";
import { parseJsonBody } from "#adapters/api-gateway/parse-body.ts";
import { botSchema, botUpdateSchema } from "../../../../functions/bot-registry/bot-schema.ts";
import {
  integrationSchema,
  integrationUpdateSchema,
} from "../../../../functions/bot-registry/integration-requests.ts";
import { jsonOf, type Refused, refusalOf } from "../../adapters/api-gateway/refusal.ts";
import { bot, type Fields } from "./samples.ts";

/** One of the requests that an integration comes in by. */
export interface Door {
  readonly name: string;
  /** What stands before the name of an integration's field. */
  readonly path: string;
  refusal(integration: unknown): Refused | undefined;
}

const rules = { allowPrivate: false };
const userId = "bot-helpdesk";
const among = (integration: unknown) => ({ integrations: [integration] });

const door = (
  name: string,
  path: string,
  schema: v.GenericSchema,
  bodyOf: (given: unknown) => Fields,
): Door => ({
  name,
  path,
  refusal: (integration) => refusalOf(() => parseJsonBody(schema, jsonOf(bodyOf(integration)))),
});

export const newBot = door("of a new bot", "integrations[0].", botSchema(rules), (given) =>
  bot(among(given)),
);
export const botUpdate = door("of a bot's update", "integrations[0].", botUpdateSchema(rules), (given) => ({
  userId,
  ...among(given),
}));
export const added = door("added to a bot", "", integrationSchema(rules), (given) => ({
  userId,
  ...(given as Fields),
}));
export const changed = door("changed", "", integrationUpdateSchema(rules), (given) => ({
  userId,
  ...(given as Fields),
}));
