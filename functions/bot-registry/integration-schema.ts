import * as v from "valibot";
import { listOf, textOf, trueOrFalse } from "#adapters/api-gateway/rules.ts";
import { callbackUrlFault } from "#adapters/http/callback-url.ts";
import { eventName } from "#adapters/rongcloud/message-fields.ts";
import { defaultEvents } from "#core/bot/event-type.ts";
import { difyTypes } from "#core/bot/integration.ts";
import { isMasked, maskKey } from "#core/bot/key-mask.ts";
import { optionsSchema } from "./options-schema.ts";

const mostEntries = 64;

const callbackUrl = (allowPrivate: boolean) =>
  v.pipe(
    textOf(1, 1024),
    v.rawCheck(({ dataset, addIssue }) => {
      if (!dataset.typed) return;
      const fault = callbackUrlFault(dataset.value, allowPrivate);
      if (fault !== undefined) addIssue({ message: fault });
    }),
    v.metadata({
      format: "uri",
      description: "Of a webhook the app's URL; of a Dify app the base of its API. Public, and https.",
    }),
  );

const objectNames = v.pipe(
  listOf(textOf(1, 32), mostEntries),
  v.description("Message types that trigger; none: every type but signals, such as read receipts."),
);
const events = v.pipe(
  listOf(eventName, mostEntries),
  v.description(`Events that trigger; none: ${defaultEvents.join(" and ")}.`),
);
const stream = v.pipe(
  trueOrFalse,
  v.description("Whether the answer is sent as it grows, or in one piece at the end."),
);
const handleResponse = v.pipe(trueOrFalse, v.description("Whether the answer is sent to the user at all."));

const fields = (allowPrivate: boolean) => ({
  enabled: trueOrFalse,
  callbackUrl: callbackUrl(allowPrivate),
  objectNames,
  events,
  stream,
  handleResponse,
  options: optionsSchema,
});

/** With what may be left out filled in. */
const filledIn = ({ callbackUrl: url, ...rest }: ReturnType<typeof fields>) => ({
  callbackUrl: url,
  enabled: v.optional(rest.enabled, true),
  objectNames: v.optional(rest.objectNames, []),
  events: v.optional(rest.events, []),
  stream: v.optional(rest.stream, true),
  handleResponse: v.optional(rest.handleResponse, true),
  options: v.optional(rest.options, {}),
});

/** With what is left out left as it is. */
const named = (entries: ReturnType<typeof fields>) => ({
  callbackUrl: v.exactOptional(entries.callbackUrl),
  enabled: v.exactOptional(entries.enabled),
  objectNames: v.exactOptional(entries.objectNames),
  events: v.exactOptional(entries.events),
  stream: v.exactOptional(entries.stream),
  handleResponse: v.exactOptional(entries.handleResponse),
  options: v.exactOptional(entries.options),
});

/** It goes out in a header. */
const apiKey = v.pipe(textOf(1, 512), v.regex(/^[\x21-\x7e]+$/, "visible ASCII characters only"));

const mapWithKey = "must be a map with an apiKey";
const unmasked = v.check((key: string) => !isMasked(key), "must be the key itself, not its masked form");

/** A key sent for the first time. */
const newAuth = v.pipe(
  v.object({ apiKey: v.pipe(apiKey, unmasked) }, mapWithKey),
  v.transform(({ apiKey: key }) => ({ apiKey: key, maskedApiKey: maskKey(key) })),
);

/** A key that may be the one kept, as it was shown. */
const keptOrNewAuth = v.pipe(
  v.object({ apiKey }, mapWithKey),
  v.description("The key, or its masked form as it was shown, which leaves the key that is kept."),
  v.transform(({ apiKey: key }) =>
    isMasked(key) ? { maskedApiKey: key } : { apiKey: key, maskedApiKey: maskKey(key) },
  ),
);

const unknownType = `must be one of webhook, ${difyTypes.join(", ")}`;

const webhookType = v.literal("webhook");
const difyType = v.picklist(difyTypes);
export const integrationType = v.picklist(["webhook", ...difyTypes], unknownType);

/** `variant` has one message, both for what is no object and for what is one of no type that it knows. */
const noIntegration = ({ expected }: v.VariantIssue) =>
  expected === "Object" ? "must be an object" : unknownType;

/** An integration as an app describes it (docs/spec/rongcloud.md, section 4). `allowPrivate`: see `callbackUrlFault`. */
export const newIntegration = (allowPrivate: boolean) => {
  const entries = filledIn(fields(allowPrivate));
  return v.variant(
    "type",
    [
      v.object({ ...entries, type: webhookType }),
      v.pipe(
        v.object({ ...entries, type: difyType, auth: newAuth }),
        v.transform(({ auth, ...rest }) => ({ ...rest, ...auth })),
      ),
    ],
    noIntegration,
  );
};

/** An integration in a list that takes the place of another: its key may be the one kept, and so may its options. */
export const sentIntegration = (allowPrivate: boolean) => {
  const entries = { ...filledIn(fields(allowPrivate)), options: v.exactOptional(optionsSchema) };
  return v.variant(
    "type",
    [
      v.object({ ...entries, type: webhookType }),
      v.pipe(
        v.object({ ...entries, type: difyType, auth: keptOrNewAuth }),
        v.transform(({ auth, ...rest }) => ({ ...rest, ...auth })),
      ),
    ],
    noIntegration,
  );
};

/** The fields of an integration that an update names, and nothing filled in. */
export const integrationChanges = (allowPrivate: boolean) => {
  const entries = named(fields(allowPrivate));
  return v.variant(
    "type",
    [
      v.object({ ...entries, type: webhookType }),
      v.pipe(
        v.object({ ...entries, type: difyType, auth: v.exactOptional(keptOrNewAuth) }),
        v.transform(({ auth, ...rest }) => ({ ...rest, ...auth })),
      ),
    ],
    noIntegration,
  );
};
