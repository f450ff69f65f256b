import { describe, expect, test } from "@jest/globals";
import { checkModels, type ModelCheckPorts } from "../../../../scripts/doctor/model-check.ts";
import { botOf } from "../../../support/bots.ts";
import { difyIntegration, openAiIntegration, webhookIntegration } from "../../../support/turns.ts";

const bot = botOf("bot-001", { integrations: [difyIntegration()] });

/** Checks this bot, at a server that accepts every key. */
const check = async (
  given: Partial<ModelCheckPorts> & { readonly shown?: typeof bot; readonly total?: number },
) => {
  const { shown = bot, total = 1, ...ports } = given;
  const called: string[] = [];
  const findings = await checkModels(["app-one"], {
    bots: { page: async () => ({ bots: [shown], total }), findWithKeys: async () => shown },
    send: async ({ url }) => {
      called.push(url);
      return { status: 200, text: "{}" };
    },
    addSecret: () => {},
    isSimulated: () => false,
    deadline: new AbortController().signal,
    ...ports,
  });
  return { findings, called };
};

describe("the check of models", () => {
  test("calls each API once for all bots with the same key", async () => {
    const { findings, called } = await check({
      bots: { page: async () => ({ bots: [bot, bot], total: 2 }), findWithKeys: async () => bot },
    });
    expect(called).toEqual(["https://api.dify.ai/v1/info"]);
    expect(findings).toEqual([{ level: "ok", text: "1 answer from here, each to its bot's key" }]);
  });

  test("asks no webhook, no integration that is off, and no simulator", async () => {
    const integrations = [webhookIntegration(), difyIntegration({ enabled: false }), openAiIntegration()];
    const { findings, called } = await check({
      shown: { ...bot, integrations },
      isSimulated: (host) => host === "api.openai.com",
    });
    expect(called).toEqual([]);
    expect(findings).toEqual([
      { level: "note", text: "not checked: 1 that use a simulator of the local run" },
    ]);
  });

  test("says that no bot has a model", async () => {
    const { findings } = await check({ shown: { ...bot, integrations: [] } });
    expect(findings).toEqual([{ level: "note", text: "no bot has a model" }]);
  });

  test("says how many bots and APIs it did not check", async () => {
    const { findings, called } = await check({ total: 201, deadline: AbortSignal.abort() });
    expect(called).toEqual([]);
    expect(findings).toEqual([
      { level: "note", text: "not checked: 1 for which there was no time" },
      { level: "note", text: "not checked: 200 bots above the first 100 of an app" },
    ]);
  });
});
