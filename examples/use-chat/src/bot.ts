import { createBotClient } from "@bot-bridge/client";
import { createBotTransport } from "@bot-bridge/client/ai-sdk";

const { VITE_BRIDGE_URL: url = "http://127.0.0.1:3000", VITE_BOT_ID: botId = "bot-demo" } = import.meta.env;

/** Your server's endpoint (here vite.config.ts) gets the token of the user who is signed in. */
const fetchToken = async (): Promise<string> => {
  const response = await fetch("/bot-token", { method: "POST" });
  if (!response.ok) throw new Error("You could not be signed in.");
  return response.text();
};

export const bot = createBotClient({ url, token: fetchToken }).bot(botId);
export const transport = createBotTransport({ bot });
