import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BotProcess, StartBot } from "./bot-process.ts";
import { type Chatroom, openChatroom } from "./chatroom.ts";
import type { Peer } from "./peers.ts";

/** A bot that runs, with the simulators that it talks to. */
export interface Contestant {
  readonly name: string;
  readonly room: Chatroom;
  /** The process that runs now. */
  readonly bot: BotProcess;
  readonly restart: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** `storage`: whether it keeps what it stores when it is started again, or runs as fast as it can. */
export const enter = async (
  { name, startPlatform }: Peer,
  start: StartBot,
  storage: "kept" | "in memory",
): Promise<Contestant> => {
  const room = await openChatroom(startPlatform);
  const addresses = { platformUrl: room.platform.url, difyUrl: room.difyUrl };
  const dataDir = storage === "kept" ? await mkdtemp(join(tmpdir(), "bench-peers-")) : undefined;
  let bot = await start(addresses, dataDir);
  return {
    name,
    room,
    get bot() {
      return bot;
    },
    restart: async () => {
      await bot.kill();
      bot = await start(addresses, dataDir);
    },
    close: async () => {
      await bot.kill();
      await room.platform.close();
      if (dataDir !== undefined) await rm(dataDir, { recursive: true, force: true });
    },
  };
};
