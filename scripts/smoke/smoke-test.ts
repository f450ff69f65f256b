import { setTimeout as delay } from "node:timers/promises";
import { createBotClient } from "../../client/src/index.ts";
import { findDemoDify } from "../../local/demo-bots.ts";
import type { Step } from "../command/steps.ts";
import { type CallServer, fetchJson, UnexpectedResponseError } from "./call.ts";
import type { SmokeOptions } from "./options.ts";

export interface SmokeTest {
  readonly steps: readonly Step[];
  /** Deletes the test bot if it still exists. */
  readonly cleanUp: () => Promise<void>;
}

export interface SmokeTestPorts {
  readonly callServer: CallServer;
  /** Keeps the secret out of the output. */
  readonly addSecret: (secret: string) => void;
  /** A random id, for names that no other bot or user has. */
  readonly newId: () => string;
}

const question = "Please say hello in a few words.";
const answerTimeoutMs = 60_000;
const pollIntervalMs = 1_000;

const check = (condition: boolean, message: string): void => {
  if (!condition) throw new UnexpectedResponseError(message);
};

/** Steps of RongCloud's integration guide, from the token to the deleted bot, with a bot of its own. */
export const makeSmokeTest = (
  options: SmokeOptions,
  { callServer, addSecret, newId }: SmokeTestPorts,
): SmokeTest => {
  const { url, dify, isLocal } = options;
  const botId = `smoke-${newId()}`;
  const userId = `smoke-user-${newId()}`;
  let token = "";
  let isCreated = false;
  let hasConversations = true;

  const bot = () => createBotClient({ url, token }).bot(botId);
  const listed = async (body: Promise<Record<string, unknown>>): Promise<unknown[]> => {
    const { bots } = await body;
    return Array.isArray(bots) ? bots : [];
  };
  const isOurs = (each: unknown): boolean => JSON.stringify(each).includes(`"${botId}"`);

  const remove = async (): Promise<void> => {
    await callServer("/v3/bot/delete.json", { userId: botId });
    isCreated = false;
  };

  const health: Step = {
    name: "health",
    run: async () => {
      await fetchJson(`${url}/health`, {});
      return url;
    },
  };

  const getToken: Step = {
    name: "token",
    run: async () => {
      const reply = await callServer("/user/getToken.json", new URLSearchParams({ userId, name: "Smoke" }));
      const given = reply.botToken ?? reply.token;
      if (typeof given !== "string" || given === "")
        throw new UnexpectedResponseError("the response has no token");
      token = given;
      addSecret(token);
      return `for ${userId}`;
    },
  };

  const create: Step = {
    name: "create",
    run: async () => {
      const { apiUrl: callbackUrl, apiKey, type } = await findDemoDify({ realDify: dify });
      hasConversations = !["dify_completion", "dify_workflow"].includes(type);
      // The bot may exist from here on, even if the call fails.
      isCreated = true;
      await callServer("/v3/bot/create.json", {
        userId: botId,
        name: "Smoke",
        type: "smoke",
        profileUrl: "https://example.com/bot.png",
        integrations: [{ type, callbackUrl, auth: { apiKey } }],
      });
      return `${botId}, ${type}`;
    },
  };

  const message: Step = {
    name: "message",
    run: async () => {
      const { messageUIDs } = await callServer(
        "/message/private/publish.json",
        new URLSearchParams({
          fromUserId: userId,
          toUserId: botId,
          objectName: "RC:TxtMsg",
          content: JSON.stringify({ content: question }),
        }),
      );
      const [sent] = Array.isArray(messageUIDs) ? messageUIDs : [];
      return `msgUID ${sent?.messageUID ?? "assigned by RongCloud"}`;
    },
  };

  /** The turn runs in the user's IM conversation with the bot. */
  const answered: Step = {
    name: "turn",
    run: async () => {
      if (!hasConversations) return "not checked: this type of app has no conversations";
      const until = Date.now() + answerTimeoutMs;
      for (;;) {
        const found = await bot().conversation();
        if (found && found.turns > 0) return `${found.turns} in the conversation`;
        if (Date.now() > until)
          throw new UnexpectedResponseError(`no turn ended in ${answerTimeoutMs / 1000} s`);
        await delay(pollIntervalMs);
      }
    },
  };

  const chat: Step = {
    name: "chat",
    run: async () => {
      const startedAt = Date.now();
      let firstMs: number | undefined;
      let deltas = 0;
      let text = "";
      const signal = AbortSignal.timeout(answerTimeoutMs);
      for await (const event of bot().chat({ content: question, conversation: "smoke" }, { signal })) {
        if (event.type === "delta") {
          firstMs ??= Date.now() - startedAt;
          deltas += 1;
        }
        if ("text" in event) text = event.text;
      }
      check(text !== "", "the answer has no text");
      return `${text.length} characters in ${deltas} deltas, first after ${firstMs ?? "?"} ms`;
    },
  };

  const get: Step = {
    name: "get",
    run: async () => {
      const found = await listed(callServer("/v3/bot/get.json", { userIds: [botId] }));
      check(found.some(isOurs), "the created bot was not found");
      return "found";
    },
  };

  const query: Step = {
    name: "query",
    run: async () => {
      for (let page = 1; ; page += 1) {
        const found = await listed(callServer("/v3/bot/query.json", { page, pageSize: 100 }));
        if (found.some(isOurs)) return `on page ${page}`;
        check(found.length > 0, "the created bot is on no page");
      }
    },
  };

  const deleteBot: Step = {
    name: "delete",
    run: async () => {
      await remove();
      const found = await listed(callServer("/v3/bot/get.json", { userIds: [botId] }));
      check(!found.some(isOurs), "the deleted bot still exists");
      return "deleted";
    },
  };

  const usesDify = isLocal || dify !== undefined;
  return {
    steps: [health, getToken, create, ...(usesDify ? [message, chat, answered] : []), get, query, deleteBot],
    cleanUp: async () => {
      if (isCreated) await remove();
    },
  };
};
