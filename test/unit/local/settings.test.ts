import { describe, expect, test } from "@jest/globals";
import { readSettings, SettingsError } from "../../../local/settings.ts";

describe("the settings of a local run", () => {
  test("are as the README says by default", () => {
    expect(readSettings({})).toEqual({
      port: 3000,
      consolePort: undefined,
      appKey: "local-app-key",
      appSecret: "local-app-secret",
      signatures: "once",
      rongcloudApiUrl: undefined,
      dynamodbEndpoint: undefined,
      sqsEndpoint: undefined,
      allowPrivateCallbacks: true,
      dataDir: undefined,
      invocationsPerThread: 256,
      realDify: undefined,
      openai: undefined,
    });
  });

  test("that are empty, as in a settings file, count as unset", () => {
    const empty = { DIFY_API_URL: "", DIFY_API_KEY: "", RONGCLOUD_API_URL: "" };
    const openai = { OPENAI_API_URL: "", OPENAI_API_KEY: "", OPENAI_MODEL: "" };
    expect(readSettings({ ...empty, ...openai })).toEqual(readSettings({}));
  });

  test.each([
    [{ PORT: "70000" }, "PORT must be at most 65535"],
    [{ CONSOLE_PORT: "-1" }, "CONSOLE_PORT must be a port, 0 for any"],
    [{ APP_KEY: "" }, "APP_KEY must not be empty"],
    [{ INVOCATIONS_PER_THREAD: "0" }, "INVOCATIONS_PER_THREAD must be at least 1"],
    [{ INVOCATIONS_PER_THREAD: "many" }, "INVOCATIONS_PER_THREAD must be an integer"],
    [{ SIGNATURES: "twice" }, "SIGNATURES must be once or reusable"],
    [{ ALLOW_PRIVATE_CALLBACKS: "yes" }, "ALLOW_PRIVATE_CALLBACKS must be 0 or 1"],
    [{ SQS_ENDPOINT: "here" }, "SQS_ENDPOINT must be an http or https URL"],
    [{ RONGCLOUD_API_URL: "localhost:4000" }, "RONGCLOUD_API_URL must be an http or https URL"],
    [{ DIFY_API_URL: "https://dify.example/v1" }, /DIFY_API_URL and DIFY_API_KEY go together/],
    [{ OPENAI_API_KEY: "sk-1" }, /OPENAI_API_URL and OPENAI_API_KEY go together/],
  ])("%o are rejected by name and rule", (environment, message) => {
    expect(() => readSettings(environment)).toThrow(SettingsError);
    expect(() => readSettings(environment)).toThrow(message);
  });
});
