import { botsReply } from "../../../../functions/bot-registry/bot-reply.ts";
import { callApi } from "../../api.ts";

const maxListed = 100;

export interface ListedBot {
  readonly userId: string;
  readonly name: string;
}

/** The app's first 100 bots; the id of any other can be entered. */
export const listBots = async (signal: AbortSignal): Promise<readonly ListedBot[]> => {
  const body = { page: 1, pageSize: maxListed };
  return (await callApi("/v3/bot/query.json", body, botsReply, signal)).bots;
};
