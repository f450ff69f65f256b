import type { Bot } from "../form/bot-draft.ts";

/** A string as one word of a POSIX shell. */
const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;

/** What stands for a key, since the bridge shows none. */
const placeholder = (type: string): string => `YOUR-KEY-FOR-${type}`;

/** A request that would create the bot, with placeholders for its keys. */
export const createRequest = ({ createdAt, updatedAt, integrations = [], ...bot }: Bot): object => ({
  ...bot,
  integrations: integrations.map(({ auth, ...integration }) => ({
    ...integration,
    ...(auth && { auth: { apiKey: placeholder(integration.type) } }),
  })),
});

/** The curl command that would create the bot, with the headers of a signature. */
export const createCommand = (
  bot: Bot,
  bridgeUrl: string,
  headers: Readonly<Record<string, string>>,
): string => {
  const all = { ...headers, "Content-Type": "application/json" };
  return [
    `curl ${quoted(`${bridgeUrl.replace(/\/$/, "")}/v3/bot/create.json`)}`,
    ...Object.entries(all).map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`),
    `-d ${quoted(JSON.stringify(createRequest(bot), null, 2))}`,
  ].join(" \\\n  ");
};
