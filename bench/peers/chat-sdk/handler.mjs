// Chat SDK with its Telegram adapter: posts a message and edits it, or with NATIVE_STREAMING sends Telegram's drafts.
import { createServer } from "node:http";
import { Readable } from "node:stream";
import { createMemoryState } from "@chat-adapter/state-memory";
import { createTelegramAdapter } from "@chat-adapter/telegram";
import { Chat } from "chat";
import { askDify } from "./ask-dify.mjs";

const { PORT, PLATFORM_URL, NATIVE_STREAMING } = process.env;
const bot = new Chat({
  userName: "bench",
  adapters: {
    telegram: createTelegramAdapter({
      mode: "webhook",
      botToken: "1:bench",
      secretToken: "secret-of-bench",
      apiUrl: PLATFORM_URL,
      nativeStreaming: NATIVE_STREAMING === "1",
    }),
  },
  state: createMemoryState(),
  logger: "warn",
});

bot.onDirectMessage(async (thread, message) => {
  await thread.post(askDify(message.author.userId, message.text));
});

await bot.initialize();
createServer(async (incoming, outgoing) => {
  const request = new Request(`http://localhost${incoming.url}`, {
    method: "POST",
    headers: incoming.headers,
    body: Readable.toWeb(incoming),
    duplex: "half",
  });
  const response = await bot.webhooks.telegram(request);
  outgoing.writeHead(response.status).end(await response.text());
}).listen(Number(PORT), "127.0.0.1");
