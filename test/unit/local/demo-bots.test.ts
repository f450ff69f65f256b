import { beforeAll, describe, expect, test } from "@jest/globals";
import { findDemoBots } from "../../../local/demo-bots.ts";
import { type OpenAiSimulator, startOpenAiSimulator } from "../../../local/openai/server.ts";
import { SettingsError } from "../../../local/settings.ts";
import { closeAfterAll } from "../../support/close-after.ts";

let openai: OpenAiSimulator;
beforeAll(async () => {
  openai = closeAfterAll(await startOpenAiSimulator());
});

const botsWith = (given: { readonly apiKey?: string; readonly apiUrl?: string; readonly model?: string }) =>
  findDemoBots({
    realDify: undefined,
    openai: { apiUrl: openai.url, apiKey: "sk-1", model: undefined, ...given },
  });

describe("the demo bots", () => {
  test("are one, with the Dify simulator behind it, by default", async () => {
    const bots = await findDemoBots({ realDify: undefined, openai: undefined });
    expect(bots.map(({ userId, model }) => [userId, model.type])).toEqual([["bot-demo", "dify_chatflow"]]);
  });

  test("are two if an OpenAI-compatible API is given, with the first model that it lists", async () => {
    openai.configure("sk-two", { models: ["small", "large"] });
    const [, second] = await botsWith({ apiKey: "sk-two" });
    expect(second).toMatchObject({
      userId: "bot-openai",
      model: { type: "openai", apiUrl: openai.url, options: { model: "small" } },
    });
  });

  test("have the model that the settings name, listed or not", async () => {
    const [, second] = await botsWith({ model: "another" });
    expect(second?.model.options).toEqual({ model: "another" });
  });

  test.each([
    ["no server", { apiUrl: "http://127.0.0.1:9/v1" }, /^OPENAI_API_URL: no server responds at /],
    ["a wrong key", { apiKey: "wrong" }, "OPENAI_API_KEY: the OpenAI-compatible API rejects this key"],
    ["no model", { apiKey: "sk-none" }, /^OPENAI_MODEL: must be set, since the API lists no models/],
  ])("are rejected by the setting's name with %s", async (_what, given, message) => {
    openai.configure("sk-none", { models: [] });
    await expect(botsWith(given)).rejects.toThrow(SettingsError);
    await expect(botsWith(given)).rejects.toThrow(message);
  });
});
