import { beforeEach, describe, expect, test } from "@jest/globals";
import { makeBotsTable } from "#adapters/dynamodb/bots-table.ts";
import { systemClock as clock } from "#adapters/node/system-clock.ts";
import type { NamedKey } from "#adapters/secrets/app-secrets.ts";
import { startSecrets } from "../../local/aws/secrets.ts";
import { botOf } from "../support/bots.ts";
import { closeAfterEach } from "../support/close-after.ts";
import { startCloudFormation } from "../support/cloudformation.ts";
import { startTable, type TestTable } from "../support/dynamodb.ts";
import { type Ended, run } from "../support/local-run.ts";
import { difyIntegration, openAiIntegration, webhookIntegration } from "../support/turns.ts";
import { app, appsOf, namedKey } from "../unit/adapters/secrets/apps.ts";

const [before, next] = [namedKey("d1", 1), namedKey("d2", 7)];
const secretName = "bot-bridge-dev-apps";
const bot = botOf("bot-001", {
  integrations: [webhookIntegration(), difyIntegration(), openAiIntegration()],
});

const encoded = (keys: readonly NamedKey[]) =>
  keys.map(({ id, key }) => ({ id, key: Buffer.from(key).toString("base64") }));
const secretWith = (...dataKeys: readonly NamedKey[]): string =>
  JSON.stringify({
    apps: {
      "app-one": { secrets: ["s"], dataKeys: encoded(dataKeys), tokenKeys: encoded([namedKey("t1", 2)]) },
    },
  });

let table: TestTable;
beforeEach(async () => {
  table = closeAfterEach(await startTable("bots"));
  const store = makeBotsTable({ ...table, apps: appsOf(app({ dataKeys: [before] })), clock });
  await store.create("app-one", bot, 10);
});

const outputs = () => ({ BotsTable: table.tableName, AppsSecret: secretName });

const reseal = (args: readonly string[], environment: Record<string, string> = {}): Promise<Ended> =>
  run([process.execPath, "scripts/reseal.ts", ...args], environment).ended;

const summary = (resealed: number, current: number): string =>
  `API keys: ${resealed} encrypted again, ${current} already up to date, 0 failed.\n` +
  "Every API key is encrypted with the first data key of its app.\n";

describe("npm run reseal -- --stage dev", () => {
  const stackName = "bot-bridge-dev-messaging";

  const resealStage = async (secretValue: string, stackOutputs: Record<string, string> = outputs()) => {
    const secrets = closeAfterEach(
      await startSecrets({ secrets: [], values: { [secretName]: secretValue } }),
    );
    const cloudFormation = closeAfterEach(await startCloudFormation(stackName, stackOutputs));
    return reseal(["--stage", "dev"], {
      AWS_ENDPOINT_URL_CLOUDFORMATION: cloudFormation.url,
      AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.url,
      AWS_ENDPOINT_URL_DYNAMODB: table.endpoint,
      AWS_REGION: "us-east-1",
      AWS_ACCESS_KEY_ID: "local",
      AWS_SECRET_ACCESS_KEY: "local",
    });
  };

  test("encrypts the keys of the stage again, and says that there is nothing to do the second time", async () => {
    const secret = secretWith(next, before);
    expect(await resealStage(secret)).toEqual({ code: 0, stdout: summary(2, 0), stderr: "" });
    expect(JSON.stringify(await table.items())).not.toContain('"sealedApiKey":"d1.');
    expect(await resealStage(secret)).toEqual({ code: 0, stdout: summary(0, 2), stderr: "" });
  });

  test("fails if a key cannot be encrypted again, and names it without showing it", async () => {
    const { code, stdout, stderr } = await resealStage(secretWith(next));
    expect({ code, stderr }).toEqual({ code: 1, stderr: "" });
    expect(stdout.split("\n")).toEqual([
      "app-one  bot-001  dify_chatflow  failed: no data key with the id d1",
      "app-one  bot-001  openai  failed: no data key with the id d1",
      "API keys: 0 encrypted again, 0 already up to date, 2 failed.",
      "Those that failed are unchanged. Keep the old data keys (docs/deploy.md, Change keys).",
      "",
    ]);
  });

  test.each<[string, string, string]>([
    ["the secret is invalid", "hunter2", `the secret ${secretName} has an invalid value`],
    ["the secret has no apps", "{}", `the secret ${secretName} has an invalid value`],
  ])("fails at once if %s, without showing it", async (_what, value, line) => {
    expect(await resealStage(value)).toEqual({ code: 1, stdout: "", stderr: `${line}\n` });
  });

  test("says in one line which output is missing", async () => {
    const { AppsSecret: _missing, ...others } = outputs();
    expect(await resealStage(secretWith(next), others)).toEqual({
      code: 1,
      stdout: "",
      stderr: expect.stringMatching(/^the stack bot-bridge-dev-messaging is invalid: AppsSecret [^\n]*\n$/),
    });
  });
});

test.each<[string[], string]>([
  [["--all"], "Unknown option '--all'. Usage: npm run reseal"],
  [["--stage", ""], "--stage must not be empty. Usage:"],
  [["--stage", "dev", "--url", "http://127.0.0.1:3000"], "--stage and --url are mutually exclusive. Usage:"],
  [["--url", "http://127.0.0.1:1"], "No local run responds at http://127.0.0.1:1."],
])("an error in %j is one clear line and exit code 1", async (args, line) => {
  const { code, stdout, stderr } = await reseal(args);
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr.trimEnd().split("\n")).toEqual([expect.stringContaining(line)]);
});
