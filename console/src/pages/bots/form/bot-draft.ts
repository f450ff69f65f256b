import type * as v from "valibot";
import { originOf } from "#adapters/http/origin-of.ts";
import type { IntegrationType } from "#core/bot/integration-types.ts";
import type { botReply } from "../../../../../functions/bot-registry/bot-reply.ts";
import { botSchema } from "../../../../../functions/bot-registry/bot-schema.ts";
import { jsonSchemaOf } from "../../../../../openapi/json-schema.ts";
import { type DraftObject, draftOfFields, getIn, textOf, valueOfFields } from "./draft.ts";
import { fieldsOf } from "./field.ts";
import { integrationFields } from "./integration-fields.ts";

export type Bot = v.InferOutput<typeof botReply>;
type Integration = NonNullable<Bot["integrations"]>[number];

/** The fields of a bot itself; its integrations have forms of their own. */
export const botFields = fieldsOf(jsonSchemaOf(botSchema({ allowPrivate: true })), ["integrations"]);

/** A key that the bridge keeps, and the URL that it was given for. */
export interface KeptKey {
  readonly maskedKey: string;
  readonly callbackUrl: string;
}

export interface IntegrationDraft {
  readonly type: IntegrationType;
  readonly fields: DraftObject;
  /** Undefined for an integration that is not stored yet, or has no key. */
  readonly kept: KeptKey | undefined;
}

export interface BotDraft {
  readonly fields: DraftObject;
  readonly integrations: readonly IntegrationDraft[];
}

export const emptyBot: BotDraft = { fields: draftOfFields(botFields, {}), integrations: [] };

export const newIntegrationDraft = (type: IntegrationType): IntegrationDraft => ({
  type,
  fields: draftOfFields(integrationFields(type), {}),
  kept: undefined,
});

/** The key's field stays empty: what is typed replaces the stored key. */
const integrationDraft = ({ auth, ...stored }: Integration): IntegrationDraft => ({
  type: stored.type,
  fields: draftOfFields(integrationFields(stored.type), stored),
  kept: auth && { maskedKey: auth.apiKey, callbackUrl: stored.callbackUrl },
});

export const draftOfBot = (bot: Bot): BotDraft => ({
  fields: draftOfFields(botFields, bot),
  integrations: (bot.integrations ?? []).map(integrationDraft),
});

/** A new bot with the same fields. Keys are not copied, since only the bridge knows them. */
export const copyOfBot = (bot: Bot): BotDraft => {
  const { fields, integrations } = draftOfBot(bot);
  return {
    fields: { ...fields, userId: "" },
    integrations: integrations.map((each) => ({ ...each, kept: undefined })),
  };
};

const keyPath = ["auth", "apiKey"];

const typedKey = ({ fields }: IntegrationDraft): string => textOf(getIn(fields, keyPath));

/** Whether the stored key is used: there is one, and none is typed. */
export const keepsKey = (draft: IntegrationDraft): draft is IntegrationDraft & { readonly kept: KeptKey } =>
  draft.kept !== undefined && typedKey(draft) === "";

/** The origins before and after a change that the stored key does not survive (docs/adr/0028). */
export const lostOrigin = (draft: IntegrationDraft): readonly [from: string, to: string] | undefined => {
  if (!keepsKey(draft)) return undefined;
  const [from, to] = [originOf(draft.kept.callbackUrl), originOf(textOf(draft.fields.callbackUrl))];
  return from === to ? undefined : [from, to];
};

/** An integration as it is sent. Options are sent even if there are none: if they are omitted, the stored ones are kept. */
export const integrationRequest = (draft: IntegrationDraft): Readonly<Record<string, unknown>> => {
  const { options = {}, ...sent } = valueOfFields(integrationFields(draft.type), draft.fields);
  const auth = keepsKey(draft) ? { auth: { apiKey: draft.kept.maskedKey } } : {};
  return { type: draft.type, ...sent, options, ...auth };
};

export const botRequest = ({ fields, integrations }: BotDraft): Readonly<Record<string, unknown>> => ({
  ...valueOfFields(botFields, fields),
  integrations: integrations.map(integrationRequest),
});

export const isSameValue = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

export const isChanged = (draft: BotDraft, initial: BotDraft): boolean =>
  !isSameValue(botRequest(draft), botRequest(initial));

/** A request to update: only what differs, so that a change that somebody else made in the meantime is kept. */
export const updateRequest = (draft: BotDraft, initial: BotDraft): Readonly<Record<string, unknown>> => {
  const [now, before] = [botRequest(draft), botRequest(initial)];
  const changed = Object.entries(now).filter(([name, value]) => !isSameValue(value, before[name]));
  return { userId: now.userId, ...Object.fromEntries(changed) };
};
