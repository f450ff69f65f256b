import type * as v from "valibot";
import { parseJsonBody } from "#adapters/api-gateway/parse-body.ts";
import { botSchema, botUpdateSchema } from "../../../../functions/bot-registry/bot-schema.ts";
import {
  integrationSchema,
  integrationUpdateSchema,
} from "../../../../functions/bot-registry/integration-requests.ts";
import { jsonOf, type Refused, refusalOf } from "../../adapters/api-gateway/refusal.ts";
import { bot, type Fields } from "./samples.ts";

/** One of the requests that contain an integration. */
export interface IntegrationRequest {
  readonly name: string;
  /** The path prefix of an integration's fields. */
  readonly path: string;
  refusal(integration: unknown): Refused | undefined;
}

const rules = { allowPrivate: false };
const userId = "bot-helpdesk";
const among = (integration: unknown) => ({ integrations: [integration] });

const requestOf = (
  name: string,
  path: string,
  schema: v.GenericSchema,
  bodyOf: (given: unknown) => Fields,
): IntegrationRequest => ({
  name,
  path,
  refusal: (integration) => refusalOf(() => parseJsonBody(schema, jsonOf(bodyOf(integration)))),
});

export const newBot = requestOf("of a new bot", "integrations[0].", botSchema(rules), (given) =>
  bot(among(given)),
);
export const botUpdate = requestOf(
  "of a bot's update",
  "integrations[0].",
  botUpdateSchema(rules),
  (given) => ({
    userId,
    ...among(given),
  }),
);
export const added = requestOf("added to a bot", "", integrationSchema(rules), (given) => ({
  userId,
  ...(given as Fields),
}));
export const changed = requestOf("changed", "", integrationUpdateSchema(rules), (given) => ({
  userId,
  ...(given as Fields),
}));
