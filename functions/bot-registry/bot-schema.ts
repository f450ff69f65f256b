import * as v from "valibot";
import { listOf, textOf } from "../adapters/api-gateway/rules.ts";
import { callbackUrlFault } from "../adapters/http/callback-url.ts";
import { type EventType, eventTypes } from "../core/event-type.ts";
import { difyTypes } from "../core/integration.ts";

const mostPairs = 16;
const mostEntries = 64;

/** The guide sends `"version": 1`: numbers and booleans are kept as texts. */
const metadataValue = v.pipe(
  v.union([v.string(), v.number(), v.boolean()], "must be a text, a number or a boolean"),
  v.transform(String),
  textOf(1, 128),
);

/** Names that mean something to every object; valibot would leave such pairs out without a word. */
const reservedKeys = ["__proto__", "constructor", "prototype"];

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const metadata = v.pipe(
  v.custom<Record<string, unknown>>(isMap, "must be a map"),
  v.check(
    (pairs) => reservedKeys.every((key) => !Object.hasOwn(pairs, key)),
    `must not have a key called ${reservedKeys.join(", ")}`,
  ),
  v.maxEntries(mostPairs, `at most ${mostPairs} pairs`),
  v.record(textOf(1, 32), metadataValue),
);

/** The guide's readers try `message:group`. */
const eventAlias = new Map<string, EventType>([["message:group", "message:group_mentioned"]]);

const eventName = v.pipe(
  v.string("must be a text"),
  v.transform((name) => eventAlias.get(name) ?? name),
  v.picklist(eventTypes, `must be one of ${eventTypes.join(", ")}`),
);

const callbackUrl = (allowPrivate: boolean) =>
  v.pipe(
    textOf(1, 1024),
    v.rawCheck(({ dataset, addIssue }) => {
      if (!dataset.typed) return;
      const fault = callbackUrlFault(dataset.value, allowPrivate);
      if (fault !== undefined) addIssue({ message: fault });
    }),
  );

/** It goes out in a header. */
const apiKey = v.pipe(textOf(1, 512), v.regex(/^[\x21-\x7e]+$/, "visible ASCII characters only"));

const integrationFields = (allowPrivate: boolean) => ({
  enabled: v.optional(v.boolean("must be true or false"), true),
  callbackUrl: callbackUrl(allowPrivate),
  objectNames: v.optional(listOf(textOf(1, 32), mostEntries), []),
  events: v.optional(listOf(eventName, mostEntries), []),
  stream: v.optional(v.boolean("must be true or false"), true),
  handleResponse: v.optional(v.boolean("must be true or false"), true),
});

const integration = (allowPrivate: boolean) =>
  v.variant(
    "type",
    [
      v.object({ ...integrationFields(allowPrivate), type: v.literal("webhook") }),
      v.pipe(
        v.object({
          ...integrationFields(allowPrivate),
          type: v.picklist(difyTypes),
          auth: v.object({ apiKey }, "must be a map with an apiKey"),
        }),
        v.transform(({ auth, ...rest }) => ({ ...rest, apiKey: auth.apiKey })),
      ),
    ],
    `must be one of webhook, ${difyTypes.join(", ")}`,
  );

const integrations = (allowPrivate: boolean) =>
  v.pipe(
    v.array(integration(allowPrivate), "must be a list"),
    v.check(
      (list) => new Set(list.map(({ type }) => type)).size === list.length,
      "at most one integration of each type",
    ),
  );

const profileUrl = v.pipe(
  textOf(1, 256),
  v.url("must be a URL"),
  v.regex(/^https?:/i, "must be an http or https URL"),
);

/** A bot as an app describes it (docs/spec/rongcloud.md, section 4). `allowPrivate`: see `callbackUrlFault`. */
export const botSchema = ({ allowPrivate }: { readonly allowPrivate: boolean }) =>
  v.object(
    {
      userId: textOf(1, 64),
      name: textOf(1, 128),
      type: textOf(1, 128),
      profileUrl,
      metadata: v.optional(metadata, {}),
      integrations: integrations(allowPrivate),
    },
    "must be an object",
  );
