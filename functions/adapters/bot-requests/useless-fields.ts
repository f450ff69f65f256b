import * as v from "valibot";
import { eventName } from "#adapters/rongcloud/message-fields.ts";
import { defaultEvents, isMessageType } from "#core/bot/event-type.ts";
import { isTextType, textMessageTypes } from "#core/message/message-text.ts";
import { issueAt } from "#core/shared/rules.ts";

/** The fields of an integration that decide what triggers it. Other faults are those of the integration's schema. */
const triggers = v.object({
  events: v.exactOptional(v.array(eventName), []),
  objectNames: v.exactOptional(v.array(v.string()), []),
  options: v.looseObject({ filter: v.looseObject({}) }),
});
type Triggers = v.InferOutput<typeof triggers>;

/** Why a filter never matches; undefined if it may. Only messages have a text, and only those of some types. */
const filterFault = ({ events, objectNames }: Triggers): string | undefined => {
  if (events.length > 0 && !events.some(isMessageType))
    return `never matches, since only messages have a text: events must have one of ${defaultEvents.join(", ")}`;
  if (objectNames.length > 0 && !objectNames.some(isTextType))
    return `never matches, since these objectNames have no text: there must be one of ${textMessageTypes.join(", ")}`;
  return undefined;
};

/** Refuses an integration whose filter matches nothing. An update with a filter alone is not compared with what is stored. */
export const refuseUselessFilter = v.rawCheck<Record<string, unknown>>(({ dataset, addIssue }) => {
  if (!dataset.typed) return;
  const sent = dataset.value;
  const parsed = v.safeParse(triggers, sent);
  const message = parsed.success ? filterFault(parsed.output) : undefined;
  if (!parsed.success || message === undefined) return;
  addIssue(issueAt(sent, ["options", "filter"], message));
});

/** Options that look as if they held for a webhook, which asks no model. */
const modelOptions = {
  limits: "is not an option of a webhook, which asks no model; limit the integration that answers",
  commands: "is not an option of a webhook, which asks no model; it gets commands as other messages",
  merge: "is not an option of a webhook, which gets each message as it comes",
} as const;

const webhook = v.object({ type: v.literal("webhook"), options: v.looseObject({}) });

export const refuseModelOptionsOfWebhook = v.rawCheck<Record<string, unknown>>(({ dataset, addIssue }) => {
  if (!dataset.typed) return;
  const sent = dataset.value;
  if (!v.is(webhook, sent)) return;
  for (const [name, message] of Object.entries(modelOptions))
    if (v.is(v.looseObject({}), sent.options[name])) addIssue(issueAt(sent, ["options", name], message));
});
