import { randomUUID } from "node:crypto";
import { expect } from "@jest/globals";
import * as v from "valibot";
import { signCall } from "#adapters/rongcloud/sign-call.ts";
import { createBotClient } from "../../client/src/index.ts";
import { deadLettersReply, redrivenReply } from "../../functions/dead-letters/dead-letters-reply.ts";
import { toCursor } from "../../functions/user-data/person-schema.ts";
import { eventually } from "./eventually.ts";
import { callApi, localApp, textMessage } from "./signed-call.ts";

const tokenReply = v.object({ token: v.string() });

/** Calls a local run with what its functions serve, apart from faults and what takes minutes. */
export const walkWhole = async (url: string): Promise<void> => {
  const call = async (path: string, body: object | URLSearchParams): Promise<unknown> => {
    const reply = await callApi(url, path, body);
    expect(reply).toMatchObject({ status: 200 });
    return reply.body;
  };
  const post = (path: string, form: Record<string, string>) => call(path, new URLSearchParams(form));

  const createBot = (userId: string, integration: object) =>
    call("/v3/bot/create.json", {
      userId,
      name: "Helpdesk",
      type: "faq",
      profileUrl: "https://example.com/bot.png",
      integrations: [integration],
    });

  /** As RongCloud's message route sends it. */
  const route = async (message: URLSearchParams): Promise<void> => {
    const { "App-Key": appKey, Nonce, Timestamp, Signature } = signCall(localApp, Date.now());
    const query = new URLSearchParams({ appKey, nonce: Nonce, timestamp: Timestamp, signature: Signature });
    message.set("channelType", "PERSON");
    message.set("msgUID", randomUUID());
    const reply = await callApi(url, `/callbacks/rongcloud/messages?${query}`, message, {});
    expect(reply).toMatchObject({ status: 200 });
  };

  const recall = (): URLSearchParams =>
    new URLSearchParams({
      fromUserId: "u7",
      toUserId: "bot-asked",
      objectName: "RC:RcCmd",
      content: JSON.stringify({ messageUId: randomUUID(), conversationType: 1, targetId: "bot-asked" }),
    });

  /** Messages to a bot that asks a model and to one that calls an app's server, by both entry points. */
  const talk = async (): Promise<void> => {
    const auth = { apiKey: "app-walk" };
    await createBot("bot-asked", { type: "dify_chatflow", callbackUrl: "https://api.dify.ai/v1", auth });
    await createBot("bot-told", { type: "webhook", callbackUrl: "https://yourserver.com/walk" });
    for (const bot of ["bot-asked", "bot-told"]) {
      await call("/message/private/publish.json", textMessage("u7", bot, "Hello"));
      await route(textMessage("u7", bot, "Hello"));
    }
    await call("/message/private/publish.json", recall());
    await route(recall());
    const content = JSON.stringify({ content: "@all Hello", mentionedInfo: { type: 1 } });
    const group = { fromUserId: "u7", toGroupId: "g7", objectName: "RC:TxtMsg", content, isMentioned: "1" };
    await post("/message/group/publish.json", group);
  };

  /** An answer over HTTP, and all that can be done with it. */
  const chat = async (): Promise<void> => {
    const { token } = v.parse(tokenReply, await post("/user/getToken.json", { userId: "u8", name: "Ann" }));
    const bot = createBotClient({ url, token }).bot("bot-asked");
    const answer = bot.chat("Hello");
    await answer.text();
    const turn = answer.turn ?? "";
    await bot.resume(turn).text();
    await bot.suggested(turn);
    await bot.stop(turn);
    await expect(bot.input(turn, { action: "yes" }).text()).rejects.toThrow();
    await bot.conversation();
    const authorization = `Bearer ${token}`;
    const base = `${url}/v1/bots/bot-asked`;
    const history = await fetch(`${base}/conversation/messages`, { headers: { authorization } });
    expect(await history.json()).toMatchObject({ messages: [{ question: "Hello" }] });
    const form = new FormData();
    form.set("file", new File(["x"], "a.png", { type: "image/png" }));
    const upload = await fetch(`${base}/files`, { method: "POST", headers: { authorization }, body: form });
    expect(await upload.json()).toMatchObject({ file: { type: "image" } });
    await bot.forget();
  };

  /** An event that its webhook refuses, which is the bridge itself: it has no such path. */
  const redrive = async (): Promise<void> => {
    await createBot("bot-refused", { type: "webhook", callbackUrl: `${url}/no/such/path` });
    await call("/message/private/publish.json", textMessage("u7", "bot-refused", "Hello"));
    await eventually(async () => {
      const { deadLetters } = v.parse(deadLettersReply, await call("/v3/job/dead/query.json", {}));
      const { results } = v.parse(
        redrivenReply,
        await call("/v3/job/dead/redrive.json", { ids: deadLetters.map(({ id }) => id) }),
      );
      expect(results).toMatchObject([{ status: "redriven" }]);
    });
  };

  const manage = async (): Promise<void> => {
    await post("/user/info.json", { userId: "u8" });
    await post("/user/info.json", { userId: "bot-asked" });
    await post("/user/token/expire.json", { userId: "u8", time: String(Date.now()) });
    await call("/v3/bot/update.json", { userId: "bot-asked", name: "Help" });
    await call("/v3/bot/query.json", { pageSize: 100 });
    const chat = { userId: "bot-asked", targetId: "u8" };
    await call("/v3/bot/chat/pause.json", { ...chat, until: Date.now() + 60_000 });
    for (const what of ["get", "resume", "reset"]) await call(`/v3/bot/chat/${what}.json`, chat);
    await call("/v3/bot/integration/test.json", { userId: "bot-told", type: "webhook" });
    await call("/v3/bot/delete.json", { userId: "bot-demo" });
    const turns = await callApi(url, "/v3/turn/query.json", {});
    const [{ turn }] = (turns.body as { turns: [{ turn: string }] }).turns;
    await call("/v3/turn/get.json", { turn });
    await call("/v3/usage/query.json", { by: "day" });
    for (const userId of ["u7", "u8"]) {
      await call("/v3/user/export.json", { userId });
      await call("/v3/user/export.json", { userId, cursor: toCursor({ in: "turns", until: Date.now() }) });
      await call("/v3/user/erase.json", { userId });
    }
    expect(await callApi(url, "/group/create.json", new URLSearchParams())).toMatchObject({ status: 404 });
  };

  await talk();
  await chat();
  await redrive();
  await manage();
};

/** How many jobs `walkWhole` starts. */
export const walkedJobs = 4;
