import * as v from "valibot";
import { botReply, botsReply } from "../../../../functions/bot-registry/bot-reply.ts";
import { callApi } from "../../api.ts";
import type { Bot } from "./form/bot-draft.ts";

export const botsPerPage = 20;

const done = v.object({ code: v.literal(200) });

/** A page of the app's bots, ordered by id. Pages count from 1. */
export const listBots = (page: number, signal: AbortSignal): Promise<v.InferOutput<typeof botsReply>> =>
  callApi("/v3/bot/query.json", { page, pageSize: botsPerPage, includeIntegration: true }, botsReply, signal);

/** A bot of the bridge, one that RongCloud hosts, as it returns it, or neither. */
export type FoundBot =
  | { readonly state: "found"; readonly bot: Bot }
  | { readonly state: "hosted"; readonly bot: unknown }
  | { readonly state: "unknown" };

export const findBot = async (userId: string, signal: AbortSignal): Promise<FoundBot> => {
  const reply = v.object({ bots: v.array(v.unknown()) });
  const { bots } = await callApi("/v3/bot/get.json", { userIds: [userId] }, reply, signal);
  const [found] = bots;
  if (found === undefined) return { state: "unknown" };
  const parsed = v.safeParse(botReply, found);
  return parsed.success ? { state: "found", bot: parsed.output } : { state: "hosted", bot: found };
};

export const createBot = (request: object): Promise<unknown> => callApi("/v3/bot/create.json", request, done);
export const updateBot = (request: object): Promise<unknown> => callApi("/v3/bot/update.json", request, done);
export const deleteBot = (userId: string): Promise<unknown> =>
  callApi("/v3/bot/delete.json", { userId }, done);
