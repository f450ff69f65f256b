import { beforeEach } from "@jest/globals";
import { type Bot, type BotClientOptions, createBotClient } from "../../../client/src/index.ts";
import { userToken } from "../../support/chat/chat-place.ts";
import { type CuttingProxy, startCuttingProxy } from "../../support/chat/cutting-proxy.ts";
import { type FakeChat, startFakeChat } from "../../support/chat/fake-chat.ts";
import { type HastyClock, makeHastyClock } from "../../support/chat/hasty-clock.ts";
import { closeAfterEach } from "../../support/close-after.ts";

export interface Chats {
  readonly fake: FakeChat;
  /** What the client goes through. */
  readonly proxy: CuttingProxy;
  readonly clock: HastyClock;
  /** A bot of the fake's, met by a client of its own. */
  readonly bot: (options?: Partial<BotClientOptions>) => Bot;
}

/** For each test of the file a fake of its own, and a client on whose clock waiting takes no time. */
export const useChats = (): (() => Chats) => {
  let chats: Chats | undefined;
  const current = (): Chats => {
    if (!chats) throw new Error("no test is running");
    return chats;
  };
  beforeEach(async () => {
    const fake = closeAfterEach(await startFakeChat());
    const proxy = closeAfterEach(await startCuttingProxy(fake.url));
    const clock = makeHastyClock();
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
