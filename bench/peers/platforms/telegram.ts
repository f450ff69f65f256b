import * as v from "valibot";
import { post, type StartPlatform, startApi, userIn } from "./platform.ts";

const richMessage = v.object({ markdown: v.string() });
const call = v.object({
  chat_id: v.optional(v.unknown()),
  message_id: v.optional(v.number()),
  text: v.optional(v.string()),
  rich_message: v.optional(richMessage),
});

const bot = { id: 1, is_bot: true, first_name: "Bench", username: "bench" };

/** Telegram's webhook, and the methods of its Bot API with which bots send, edit and draft messages. */
export const startTelegram: StartPlatform = async (onText) => {
  let sent = 1_000_000;
  const { url, close } = await startApi((path, body) => {
    const method = path.split("/").at(-1) ?? "";
    if (method === "getMe") return { ok: true, result: bot };
    const { chat_id, message_id, text, rich_message } = v.parse(call, body);
    const shown = text ?? rich_message?.markdown;
    if (shown === undefined) return { ok: true, result: true };
    const user = userIn(chat_id);
    if (method.endsWith("Draft")) {
      onText(user, "draft", shown);
      return { ok: true, result: true };
    }
    const id = message_id ?? ++sent;
    // A message takes the place of its draft.
    onText(user, "draft", "");
    onText(user, String(id), shown);
    const chat = { id: Number(user), type: "private", first_name: "Ann" };
    return { ok: true, result: { message_id: id, date: 1_700_000_000, chat, from: bot, text: shown } };
  });
  return {
    url,
    redelivers: true,
    close,
    deliver: (botUrl, { user, id, text }) => {
      const from = { id: Number(user), is_bot: false, first_name: "Ann" };
      const chat = { id: Number(user), type: "private", first_name: "Ann" };
      const message = { message_id: Number(id), date: Math.floor(Date.now() / 1000), chat, from, text };
      return post(botUrl, JSON.stringify({ update_id: Number(id), message }), {
        "x-telegram-bot-api-secret-token": "secret-of-bench",
      });
    },
  };
};
