import * as v from "valibot";
import { botReply } from "../../../functions/bot-registry/bot-reply.ts";
import { callApi } from "../api.ts";

const maxListed = 100;

const listedBot = v.pick(botReply, ["userId", "name"]);
const reply = v.object({ bots: v.array(listedBot) });

export type ListedBot = v.InferOutput<typeof listedBot>;

/** The app's first 100 bots, to choose from; the ID of any other can be entered. */
export const listBots = async (signal: AbortSignal): Promise<readonly ListedBot[]> =>
  (await callApi("/v3/bot/query.json", { pageSize: maxListed }, reply, signal)).bots;
