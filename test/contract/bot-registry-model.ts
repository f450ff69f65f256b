import { storedFlags } from "#core/bot/integration.ts";
import { integrationTypes } from "#core/bot/integration-types.ts";
import { isMasked, maskKey } from "#core/bot/key-mask.ts";
import type { Endpoint } from "./bot-registry.ts";

// biome-ignore lint/suspicious/noExplicitAny: requests that were accepted, so their shape is right.
type Fields = Record<string, any>;

/** An app's bots as replies show them, by bot id. */
export type Shown = ReadonlyMap<string, Fields>;

const metadataShown = (sent: Fields): Fields =>
  Object.fromEntries(Object.entries(sent).map(([key, value]) => [key, String(value)]));

const keyShown = (apiKey: string): string => (isMasked(apiKey) ? apiKey : maskKey(apiKey));

const eventShown = (sent: string): string => (sent === "message:group" ? "message:group_mentioned" : sent);

const integrationShown = (sent: Fields, before: Fields): Fields => {
  const { type, enabled, callbackUrl, objectNames, events, stream, handleResponse, options, ...others } = {
    ...before,
    ...sent,
  };
  const auth = sent.auth?.apiKey === undefined ? before.auth : sent.auth;
  return {
    type,
    enabled,
    callbackUrl,
    objectNames,
    events: events.map(eventShown),
    stream,
    handleResponse,
    ...Object.fromEntries(
      Object.entries(others).filter(([name]) => storedFlags.some((flag) => flag === name)),
    ),
    options,
    ...(type !== "webhook" && { auth: { apiKey: keyShown(auth.apiKey) } }),
  };
};

const leftOut = {
  enabled: true,
  objectNames: [],
  events: [],
  stream: true,
  handleResponse: true,
  options: {},
};

const inOrder = (integrations: readonly Fields[]): Fields[] =>
  integrationTypes.flatMap((type) => integrations.find((each) => each.type === type) ?? []);

const botShown = (sent: Fields, before: Fields, now: number): Fields => {
  const { userId, name, type, profileUrl, metadata } = { ...before, ...sent };
  const integrations = sent.integrations?.map((each: Fields) => integrationShown(each, leftOut));
  return {
    userId,
    name,
    type,
    profileUrl,
    metadata: metadataShown(metadata),
    integrations: inOrder(integrations ?? before.integrations),
    createdAt: before.createdAt,
    updatedAt: now,
  };
};

const withIntegrations = (
  before: Shown,
  { userId, type }: Fields,
  now: number,
  change: (integration: Fields) => Fields[],
): Shown => {
  const bot = before.get(userId) ?? {};
  const others = bot.integrations.filter((each: Fields) => each.type !== type);
  const same = bot.integrations.find((each: Fields) => each.type === type) ?? leftOut;
  return new Map(before).set(userId, {
    ...bot,
    integrations: inOrder([...others, ...change(same)]),
    updatedAt: now,
  });
};

/** The app's bots after an accepted call. */
export const after = (before: Shown, endpoint: Endpoint, sent: Fields, now: number): Shown => {
  switch (endpoint) {
    case "create":
      return new Map(before).set(sent.userId, botShown(sent, { metadata: {}, createdAt: now }, now));
    case "update":
      return new Map(before).set(sent.userId, botShown(sent, before.get(sent.userId) ?? {}, now));
    case "delete":
      return new Map([...before].filter(([userId]) => userId !== sent.userId));
    case "integration/create":
    case "integration/update":
      return withIntegrations(before, sent, now, (same) => [integrationShown(sent, same)]);
    case "integration/delete":
      return withIntegrations(before, sent, now, () => []);
    default:
      return before;
  }
};
