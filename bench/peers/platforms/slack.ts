import { createHmac } from "node:crypto";
import { type Body, post, type StartPlatform, startApi, userIn } from "./platform.ts";

const teamId = "T1";

const addedText = ({ text, markdown_text, chunks }: Body): string => {
  const parts: readonly { readonly text?: string }[] = chunks === undefined ? [] : JSON.parse(String(chunks));
  return [text, markdown_text, ...parts.map((part) => part.text)]
    .filter((each) => each !== undefined)
    .join("");
};

/** Slack's Events API, and the methods of its Web API with which bots send, edit and stream messages. */
export const startSlack: StartPlatform = async (onText) => {
  const texts = new Map<string, string>();
  let sent = 0;
  const { url, close } = await startApi((path, body) => {
    const method = path.split("/").at(-1) ?? "";
    if (method === "auth.test") return { ok: true, user_id: "UBOT", bot_id: "B1", team_id: teamId };
    if (!method.startsWith("chat.")) return { ok: true };
    const ts = String(body.ts ?? `${1_700_000_000 + ++sent}.000001`);
    const text = (method === "chat.update" ? "" : (texts.get(ts) ?? "")) + addedText(body);
    texts.set(ts, text);
    onText(userIn(body.channel), ts, text);
    return { ok: true, ts, channel: body.channel };
  });
  return {
    url,
    redelivers: true,
    close,
    deliver: (botUrl, { user, id, text }) => {
      const ts = `${id}.000001`;
      const event = { type: "message", channel_type: "im", channel: `D${user}`, user: `U${user}`, text, ts };
      const context = { team_id: teamId, api_app_id: "A1", event_id: `Ev${id}`, event_time: Number(id) };
      const body = JSON.stringify({ type: "event_callback", ...context, event });
      const now = String(Math.floor(Date.now() / 1000));
      const signature = createHmac("sha256", "secret-of-bench").update(`v0:${now}:${body}`).digest("hex");
      return post(`${botUrl}/slack/events`, body, {
        "x-slack-request-timestamp": now,
        "x-slack-signature": `v0=${signature}`,
      });
    },
  };
};
