import { startDifySimulator } from "../../../local/dify/server.ts";
import { closeAfterAll } from "../close-after.ts";
import { startBridge } from "../local-run.ts";
import { type ChatPlace, localPlace } from "./chat-place.ts";

/** A real bridge in a process of its own, whose demo bot says what it is told word by word. */
export const startBridgePlace = async ({ paceMs = 25 } = {}): Promise<ChatPlace> => {
  const dify = closeAfterAll(await startDifySimulator({ paceMs }));
  const bridge = await startBridge({ DIFY_API_URL: dify.url, DIFY_API_KEY: "app-of-the-walk" });
  return {
    ...localPlace,
    url: bridge.url,
    botId: "bot-demo",
    close: async () => {
      await bridge.interrupt();
    },
  };
};
