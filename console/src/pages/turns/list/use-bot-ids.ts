import * as v from "valibot";
import { botReply } from "../../../../../functions/bot-registry/bot-reply.ts";
import { callApi } from "../../../api.ts";
import { chosenApp } from "../../../chosen-app.ts";
import { useLoaded } from "../../../ui/use-loaded.ts";

const bots = v.object({ bots: v.array(v.pick(botReply, ["userId", "name"])) });

/** The first bots of the app, to choose from. None while they load, and if they cannot be loaded: any id may be typed. */
export const useBotIds = () => {
  const [loaded] = useLoaded(
    (signal) => callApi("/v3/bot/query.json", { pageSize: 100 }, bots, signal),
    [chosenApp.value],
  );
  return loaded.last?.bots ?? [];
};
