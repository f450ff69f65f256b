import { createHmac } from "node:crypto";
import * as v from "valibot";
import { post, type StartPlatform, startApi, userIn } from "./platform.ts";

const reply = v.object({
  session_id: v.string(),
  reply_to: v.string(),
  message: v.array(v.object({ text: v.optional(v.string()) })),
});

/** A backend that talks with LangBot's HTTP bot: signed messages, and callbacks with the text so far. */
export const startLangBotBackend: StartPlatform = async (onText) => {
  const { url, close } = await startApi((_path, body) => {
    const { session_id, reply_to, message } = v.parse(reply, body);
    onText(userIn(session_id), reply_to, message.map(({ text }) => text).join(""));
    return {};
  });
  return {
    url,
    redelivers: true,
    close,
    deliver: (botUrl, { user, id, text }) => {
      const body = JSON.stringify({
        session_id: user,
        sender: { id: user, name: "Ann" },
        message: [{ type: "Plain", text }],
      });
      const now = String(Math.floor(Date.now() / 1000));
      const signature = createHmac("sha256", "secret-of-bench").update(`${now}.${body}`).digest("hex");
      return post(botUrl, body, {
        "x-lb-timestamp": now,
        "x-lb-signature": `sha256=${signature}`,
        "x-lb-idempotency-key": id,
      });
    },
  };
};
