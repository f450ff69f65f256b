import * as v from "valibot";
import { withoutTrailingSlashes } from "#adapters/http/base-url.ts";
import { callbackUrlFault } from "#adapters/http/callback-url.ts";
import { eventName } from "#adapters/rongcloud/message-fields.ts";
import { defaultEvents } from "#core/bot/event-type.ts";
import { storedFlags } from "#core/bot/integration.ts";
import { integrationTypes, type ModelType } from "#core/bot/integration-types.ts";
import { isMasked, maskKey } from "#core/bot/key-mask.ts";
import { anyObject, arrayOf, oneOf, stringOf, trueOrFalse } from "#core/shared/rules.ts";
import { type IntegrationGroup, modelGroups, webhookGroup } from "./integration-groups.ts";
import { requestOptions } from "./request-options.ts";

/** Whether callback URLs may have private addresses: see `callbackUrlFault`. */
export interface BotRules {
  readonly allowPrivate: boolean;
}

const maxEntries = 64;

/** The endpoint that a URL ends in, in any letter case and with any number of trailing slashes. */
const endpointOf = (url: string, endpoints: readonly string[]): string | undefined => {
  const path = withoutTrailingSlashes(URL.parse(url)?.pathname.toLowerCase() ?? "");
  return endpoints.find((endpoint) => path.endsWith(`/${endpoint}`));
};

/** `endpoints`: paths that the bridge adds itself, so the URL must not end in one. */
const callbackUrl = ({ allowPrivate }: BotRules, endpoints: readonly string[]) =>
  v.pipe(
    stringOf(1, 1024),
    v.rawCheck(({ dataset, addIssue }) => {
      if (!dataset.typed) return;
      const fault = callbackUrlFault(dataset.value, allowPrivate);
      if (fault !== undefined) return addIssue({ message: fault });
      const endpoint = endpointOf(dataset.value, endpoints);
      if (endpoint !== undefined) addIssue({ message: `must be the base URL, without /${endpoint}` });
    }),
    v.metadata({
      format: "uri",
      description:
        "For webhooks, the app server's URL; for models, the base URL of their API, such as https://api.dify.ai/v1. Must be public and use https.",
    }),
  );

const objectNames = v.pipe(
  arrayOf(stringOf(1, 32), maxEntries),
  v.description(
    "Message types that trigger the integration. Empty: every type except signals, such as read receipts.",
  ),
);
const events = v.pipe(
  arrayOf(eventName, maxEntries),
  v.description(`Events that trigger the integration. Empty: ${defaultEvents.join(" and ")}.`),
);
const stream = v.pipe(
  trueOrFalse,
  v.description(
    "Whether the answer is streamed while it is generated. Otherwise it is sent as one message at the end.",
  ),
);
const handleResponse = v.pipe(trueOrFalse, v.description("Whether the answer is sent to the user."));

const flags = v.entriesFromList(
  storedFlags,
  v.exactOptional(
    v.pipe(
      trueOrFalse,
      v.description("Stored for RongCloud's SDKs. It has no effect: each message is answered at once."),
    ),
  ),
);

const fields = (rules: BotRules, { types, endpoints }: IntegrationGroup) => ({
  enabled: trueOrFalse,
  callbackUrl: callbackUrl(rules, endpoints),
  objectNames,
  events,
  stream,
  handleResponse,
  options: requestOptions(types[0]),
});

type Fields = ReturnType<typeof fields>;

/** Omitted fields get their defaults; options have none where the type requires some. */
const withDefaults = ({ callbackUrl: url, ...rest }: Fields) => ({
  callbackUrl: url,
  enabled: v.optional(rest.enabled, true),
  objectNames: v.optional(rest.objectNames, []),
  events: v.optional(rest.events, []),
  stream: v.optional(rest.stream, true),
  handleResponse: v.optional(rest.handleResponse, true),
  ...flags,
  options: v.is(rest.options, {}) ? v.optional(rest.options, {}) : rest.options,
});

/** Omitted fields get their defaults, except that omitted options keep their stored values. */
const replacement = (entries: Fields) => ({
  ...withDefaults(entries),
  options: v.exactOptional(entries.options),
});

/** Omitted fields keep their stored values. */
const partial = (entries: Fields) => ({
  callbackUrl: v.exactOptional(entries.callbackUrl),
  enabled: v.exactOptional(entries.enabled),
  objectNames: v.exactOptional(entries.objectNames),
  events: v.exactOptional(entries.events),
  stream: v.exactOptional(entries.stream),
  handleResponse: v.exactOptional(entries.handleResponse),
  ...flags,
  options: v.exactOptional(entries.options),
});

/** Sent in a header. */
const apiKey = v.pipe(
  stringOf(1, 512),
  v.regex(/^[\x21-\x7e]+$/, "must contain only visible ASCII characters"),
);

const objectWithKey = "must be an object with an apiKey";
const unmasked = v.check((key: string) => !isMasked(key), "must be the full key, not its masked form");

/** A key sent for the first time. */
const newAuth = v.pipe(
  v.object({ apiKey: v.pipe(apiKey, unmasked) }, objectWithKey),
  v.transform(({ apiKey: key }) => ({ apiKey: key, maskedApiKey: maskKey(key) })),
);

const keptKey =
  "The key, or its masked form as returned by the API, which keeps the stored key. A masked key is refused if callbackUrl changes to another origin.";

const keptOrNew = (key: string) =>
  isMasked(key) ? { maskedApiKey: key } : { apiKey: key, maskedApiKey: maskKey(key) };

/** A key, or the stored one in its masked form. */
const keptOrNewAuth = v.pipe(
  v.object({ apiKey }, objectWithKey),
  v.description(keptKey),
  v.transform(({ apiKey: key }) => keptOrNew(key)),
);

/** Without a key it changes nothing: RongCloud's Java SDK sends `"auth":{}`. */
const changedAuth = v.pipe(
  anyObject(objectWithKey),
  v.description(`${keptKey} Without an apiKey it is kept too.`),
  v.object({ apiKey: v.exactOptional(apiKey) }),
  v.transform(({ apiKey: key }) => (key === undefined ? {} : keptOrNew(key))),
);

export const integrationType = oneOf(integrationTypes);

/** One schema for each group. `entriesOf` says which fields may be omitted; `modelOf` adds the API key of a model. */
const variantOf = <E extends v.ObjectEntries, M extends v.VariantOptions<"type">[number]>(
  rules: BotRules,
  entriesOf: (entries: Fields) => E,
  modelOf: (entries: E & { readonly type: v.GenericSchema<unknown, ModelType> }) => M,
) =>
  v.variant(
    "type",
    [
      v.object({ ...entriesOf(fields(rules, webhookGroup)), type: v.literal("webhook") }),
      ...modelGroups.map((group) =>
        modelOf({ ...entriesOf(fields(rules, group)), type: v.picklist(group.types) }),
      ),
    ],
    integrationType.message,
  );

/** A new integration (docs/spec/rongcloud.md, section 4). */
export const newIntegration = (rules: BotRules) =>
  variantOf(rules, withDefaults, (entries) =>
    v.pipe(
      v.object({ ...entries, auth: newAuth }),
      v.transform(({ auth, ...rest }) => ({ ...rest, ...auth })),
    ),
  );

/** An integration in an array that replaces the stored one: a masked key and omitted options keep their stored values. */
export const sentIntegration = (rules: BotRules) =>
  variantOf(rules, replacement, (entries) =>
    v.pipe(
      v.object({ ...entries, auth: keptOrNewAuth }),
      v.transform(({ auth, ...rest }) => ({ ...rest, ...auth })),
    ),
  );

/** The fields of an integration that an update changes. */
export const integrationChanges = (rules: BotRules) =>
  variantOf(rules, partial, (entries) =>
    v.pipe(
      v.object({ ...entries, auth: v.exactOptional(changedAuth) }),
      v.transform(({ auth, ...rest }) => ({ ...rest, ...auth })),
    ),
  );
