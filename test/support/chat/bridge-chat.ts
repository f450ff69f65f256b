import { startDifySimulator } from "../../../local/dify/server.ts";
import { closeAfterAll } from "../close-after.ts";
import { startBridge } from "../local-run.ts";
import { type ChatServer, localCredentials } from "./chat-server.ts";

/** A real bridge in a process of its own, whose demo bot repeats what it is told word by word. */
export const startBridgeChat = async ({ paceMs = 25 } = {}): Promise<ChatServer> => {
  const dify = closeAfterAll(await startDifySimulator({ paceMs }));
  const bridge = await startBridge({ DIFY_API_URL: dify.url, DIFY_API_KEY: "app-of-the-walk" });
  return {
    ...localCredentials,
    url: bridge.url,
    botId: "bot-demo",
    close: async () => {
      await bridge.interrupt();
    },
  };
};
