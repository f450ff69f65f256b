import * as v from "valibot";
import { type IntegrationType, integrationTypes } from "#core/bot/integration-types.ts";
import { optionsByType } from "#core/bot/options.ts";

export type Fields = Readonly<Record<string, unknown>>;

/** A request of an app; a field that is given as undefined is omitted. */
export const webhook = (given: Fields = {}): Fields => ({
  type: "webhook",
  callbackUrl: "https://yourserver.com/callback",
  ...given,
});

export const dify = (given: Fields = {}): Fields => ({
  type: "dify_chat",
  callbackUrl: "https://api.dify.ai/v1",
  auth: { apiKey: "app-1234567890abcdef" },
  ...given,
});

export const openai = (given: Fields = {}): Fields => ({
  type: "openai",
  callbackUrl: "https://api.openai.com/v1",
  options: { model: "gpt-5" },
  auth: { apiKey: "sk-1234567890abcdef" },
  ...given,
});

export const bot = (given: Fields = {}): Fields => ({
  userId: "bot-helpdesk",
  name: "Helpdesk",
  type: "faq",
  profileUrl: "https://example.com/bot.png",
  integrations: [],
  ...given,
});

/** The defaults of an integration. */
export const filledIn: Fields = {
  enabled: true,
  objectNames: [],
  events: [],
  stream: true,
  handleResponse: true,
  options: {},
};

/** The required options of a type. */
export const requiredOptions = (type: IntegrationType): Fields =>
  v.is(optionsByType[type], {}) ? {} : { model: "gpt-5" };

const optionNames = (type: IntegrationType): string[] => Object.keys(optionsByType[type].pipe[1].entries);
export const notAnOption = (type: IntegrationType): string =>
  `is not an option; known options: ${optionNames(type).join(", ")}`;
export const oneOfTheTypes = `must be one of ${integrationTypes.join(", ")}`;

export const urlOf = (length: number): string => "https://example.com/".padEnd(length, "x");
export const pairsOf = (count: number): Fields =>
  Object.fromEntries(Array.from({ length: count }, (_, at) => [`k${at}`, "v"]));
