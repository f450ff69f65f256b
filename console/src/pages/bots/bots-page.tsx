import { chosenApp } from "../../chosen-app.ts";
import { route } from "../../route.ts";
import { BotPage } from "./edit/bot-page.tsx";
import { NewBotPage } from "./edit/new-bot-page.tsx";
import { BotList } from "./list/bot-list.tsx";
import "./bots.css";

/** `#/bots` lists, `#/bots/<id>` edits, `#/bots?new=1` creates, and `#/bots?copy=<id>` creates from another bot. */
export const BotsPage = () => {
  const { id, query } = route.value;
  const app = chosenApp.value;
  const copied = query.get("copy");
  if (id !== undefined) return <BotPage key={`${app} ${id}`} id={id} />;
  if (copied !== null || query.has("new"))
    return <NewBotPage key={`${app} ${copied}`} copied={copied ?? undefined} />;
  return <BotList key={app} />;
};
