import { readFileSync } from "node:fs";
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { expect, test } from "@jest/globals";
import { makeAppSecrets } from "#adapters/secrets/app-secrets.ts";
import { makeConsoleSecret } from "#adapters/secrets/console-secret.ts";
import { makeConfig } from "../../../lib/config.ts";
import { stageSettings } from "../../../lib/stage-settings.ts";
import { localClient } from "../../../local/aws/local-client.ts";
import { startSecrets } from "../../../local/aws/secrets.ts";
import { closeAfterEach } from "../../support/close-after.ts";
import { makeMemoryLog } from "../../support/memory-log.ts";
import { makeTestClock } from "../../support/test-clock.ts";

const pageOf = (name: string): string =>
  readFileSync(new URL(`../../../docs/${name}`, import.meta.url), "utf8");
const page = pageOf("configuration.md");
const jsonBlock = (name: string): string =>
  new RegExp(`^\`\`\`json ${name}\\n(.*?)^\`\`\`$`, "ms").exec(page)?.[1] ?? "";

test.each(["dev", "prod"])("the example of cdk.json in docs/configuration.md is valid for %s", (stage) => {
  const { context } = JSON.parse(jsonBlock("cdk.json"));
  expect(makeConfig(stageSettings((key) => ({ ...context, stage })[key]))).toMatchObject({
    stage,
    rongcloudApiUrl: context.config.rongcloudApiUrl,
    ...context.stages[stage],
  });
});

test("the example of the setting in docs/console.md is valid", () => {
  const [, example = ""] = /^ *```json\n(.*?)^ *```$/ms.exec(pageOf("console.md")) ?? [];
  const given = JSON.parse(example);
  expect(makeConfig(given)).toMatchObject(given);
});

test("the error in docs/configuration.md is the one that invalid settings cause", () => {
  const [, message] = /^(config: .*)$/m.exec(page) ?? [];
  expect(() => makeConfig({ alarmEmail: "ops", turnsInFlight: 1 })).toThrow(new Error(message));
});

test("functions can read the secret in docs/configuration.md, once its placeholders are filled in", async () => {
  const key = Buffer.alloc(32, 1).toString("base64");
  const value = jsonBlock("secret").replaceAll("<32 random bytes in Base64>", key);
  const secretId = "bot-bridge-dev-apps";
  const server = closeAfterEach(await startSecrets({ secrets: [], values: { [secretId]: value } }));
  const client = new SecretsManagerClient(localClient(server.url));
  closeAfterEach({ close: () => client.destroy() });
  const ports = { client, secretId, clock: makeTestClock(), log: makeMemoryLog() };
  const consoleSecret = makeConsoleSecret(ports);
  expect(await consoleSecret.sessionKeys()).toMatchObject([{ id: "k1" }]);
  expect(await consoleSecret.clientSecret()).toBe("<client secret>");
  const apps = makeAppSecrets(ports);
  expect(await apps.find("<App Key>")).toMatchObject({
    secrets: ["<App Secret>"],
    dataKeys: [{ id: "k1" }],
    tokenKeys: [{ id: "k1" }],
  });
});
