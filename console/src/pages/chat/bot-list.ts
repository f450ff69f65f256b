import { botsReply } from "../../../../functions/bot-registry/bot-reply.ts";
import { callApi } from "../../api.ts";

const maxListed = 100;

/** The ids of the app's first 100 bots; any other can be typed. */
export const listBotIds = async (signal: AbortSignal): Promise<readonly string[]> => {
  const body = { page: 1, pageSize: maxListed };
  const { bots } = await callApi("/v3/bot/query.json", body, botsReply, signal);
  return bots.map(({ userId }) => userId);
};
