import { beforeEach } from "@jest/globals";
import { type Bot, type BotClientOptions, createBotClient } from "../../../client/src/index.ts";
import { userToken } from "../../support/chat/chat-server.ts";
import { type CuttingProxy, startCuttingProxy } from "../../support/chat/cutting-proxy.ts";
import { type FakeChat, startFakeChat } from "../../support/chat/fake-chat.ts";
import { type InstantClock, makeInstantClock } from "../../support/chat/instant-clock.ts";
import { closeAfterEach } from "../../support/close-after.ts";

export interface Chats {
  readonly fake: FakeChat;
  /** The chat that the client talks to. */
  readonly proxy: CuttingProxy;
  readonly clock: InstantClock;
  /** A bot of the fake chat, with a client of its own. */
  readonly bot: (options?: Partial<BotClientOptions>) => Bot;
}

/** For each test of the file a fake chat of its own, and a client on whose clock waiting takes no time. */
export const useChats = (): (() => Chats) => {
  let chats: Chats | undefined;
  const current = (): Chats => {
    if (!chats) throw new Error("no test is running");
    return chats;
  };
  beforeEach(async () => {
    const fake = closeAfterEach(await startFakeChat());
    const proxy = closeAfterEach(await startCuttingProxy(fake.url));
    const clock = makeInstantClock();
    const token = await userToken(fake, "u7");
    chats = {
      fake,
      proxy,
      clock,
      bot: (options) =>
        createBotClient({ url: proxy.url, token, clock, random: () => 0, ...options }).bot(fake.botId),
    };
  });
  return current;
};
