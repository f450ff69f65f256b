// Slack Bolt: `sayStream` is its way to stream an answer. It gathers 256 characters before it sends.
import bolt from "@slack/bolt";
import { askDify } from "./ask-dify.mjs";

const { PORT, PLATFORM_URL } = process.env;
const app = new bolt.App({
  token: "xoxb-bench",
  signingSecret: "secret-of-bench",
  clientOptions: { slackApiUrl: `${PLATFORM_URL}/api/` },
});

app.message(async ({ message, sayStream }) => {
  const stream = sayStream();
  for await (const text of askDify(message.user, message.text)) await stream.append({ markdown_text: text });
  await stream.stop();
});

await app.start({ port: Number(PORT), host: "127.0.0.1" });
