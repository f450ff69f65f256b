import { curlCommand, type Headers } from "../../../command/curl-command.ts";
import type { Bot } from "../form/bot-draft.ts";

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
export const createCommand = (bot: Bot, bridgeUrl: string, headers: Headers): string =>
  curlCommand(
    { method: "POST", path: "/v3/bot/create.json", auth: "signature", body: { json: createRequest(bot) } },
    bridgeUrl,
    headers,
  );
