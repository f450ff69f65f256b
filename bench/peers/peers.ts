import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { startBridge } from "../bridge.ts";
import { killer, type StartBot, startServer } from "./bot-process.ts";
import { installFromNpm, installFromPyPi } from "./install.ts";
import { langBotSettings, setUpLangBot } from "./langbot/set-up.ts";
import { startBotFramework } from "./platforms/bot-framework.ts";
import { startHttpPlatform } from "./platforms/http.ts";
import { startLangBotBackend } from "./platforms/langbot.ts";
import type { StartPlatform } from "./platforms/platform.ts";
import { startRongCloud } from "./platforms/rongcloud.ts";
import { startSlack } from "./platforms/slack.ts";
import { startTelegram } from "./platforms/telegram.ts";

export interface Peer {
  readonly name: string;
  /** Empty: of this repository. */
  readonly packages: readonly string[];
  readonly startPlatform: StartPlatform;
  /** Installs it. @throws Error if this machine cannot. */
  readonly install: () => Promise<StartBot>;
}

const startHandler =
  (handler: string, settings: Readonly<Record<string, string>> = {}): StartBot =>
  ({ platformUrl, difyUrl }) =>
    startServer({
      command: process.execPath,
      args: [handler],
      cwd: dirname(handler),
      settings: (port) => ({
        ...settings,
        PORT: String(port),
        PLATFORM_URL: platformUrl,
        DIFY_API_URL: difyUrl,
        DIFY_API_KEY: "app-bench",
        NODE_ENV: "production",
      }),
    });

const startLocalRun: StartBot = async ({ platformUrl, difyUrl }, dataDir) => {
  const { url, process } = await startBridge({
    RONGCLOUD_API_URL: platformUrl,
    DIFY_API_URL: difyUrl,
    DIFY_API_KEY: "app-bench",
    ...(dataDir !== undefined && { DATA_DIR: dataDir }),
  });
  return { url, kill: killer(process) };
};

const startLangBot =
  (command: string): StartBot =>
  async (addresses, dataDir = mkdtempSync(join(tmpdir(), "bench-langbot-"))) => {
    const { url, kill } = await startServer({ command, args: [], cwd: dataDir, settings: langBotSettings });
    return { url: await setUpLangBot(url, addresses), kill };
  };

const npmPeer = (
  name: string,
  folder: string,
  packages: readonly string[],
  startPlatform: StartPlatform,
  settings?: Readonly<Record<string, string>>,
): Peer => ({
  name,
  packages,
  startPlatform,
  install: async () => startHandler(await installFromNpm(folder, packages), settings),
});

const relay = fileURLToPath(new URL("./bare-relay/handler.ts", import.meta.url));
const chatSdk = ["chat@4.41.1", "@chat-adapter/telegram@4.41.1", "@chat-adapter/state-memory@4.41.0"];

/**
 * The relay, which is the floor, and this bridge, then the others, each of the newest version that its registry had on
 * 2026-11-27. Of LangBot that is the newest that asks Dify itself: from 4.11 on a plugin does, which its marketplace has.
 */
export const peers: readonly Peer[] = [
  {
    name: "bare relay",
    packages: [],
    startPlatform: startRongCloud,
    install: async () => startHandler(relay),
  },
  { name: "this bridge", packages: [], startPlatform: startRongCloud, install: async () => startLocalRun },
  npmPeer("Slack Bolt", "slack-bolt", ["@slack/bolt@5.1.0"], startSlack),
  npmPeer("Chat SDK, Telegram", "chat-sdk", chatSdk, startTelegram),
  npmPeer("Chat SDK, Telegram drafts", "chat-sdk", chatSdk, startTelegram, { NATIVE_STREAMING: "1" }),
  npmPeer("Bot Framework", "bot-framework", ["botbuilder@4.23.3"], startBotFramework),
  npmPeer("Node-RED", "node-red", ["node-red@5.0.7"], startHttpPlatform),
  {
    name: "LangBot, HTTP bot",
    packages: ["langbot==4.10.11"],
    startPlatform: startLangBotBackend,
    install: async () => startLangBot(await installFromPyPi("langbot", ["langbot==4.10.11"], "langbot")),
  },
];
