import { beforeEach, describe, expect, test } from "@jest/globals";
import { runSteps } from "../../../../scripts/command/steps.ts";
import { deploySteps } from "../../../../scripts/deploy/deploy-stage.ts";
import type { GivenApp } from "../../../../scripts/deploy/fill-secret.ts";
import { type FakeAws, startAws } from "../../../support/aws.ts";
import { closeAfterEach } from "../../../support/close-after.ts";

const given = { appKey: "app-one", appSecret: "secret-one" };
const url = "https://abc.execute-api.eu-west-1.amazonaws.com/dev";
const secretName = "bot-bridge-dev-apps";
/** As CloudFormation generates it. */
const generated = "{x9~P&7mQ!r2]Zs*4dT%8vW+6yU-3bN=";

let aws: FakeAws;
beforeEach(async () => {
  aws = closeAfterEach(await startAws({ stacks: { CDKToolkit: { outputs: { BootstrapVersion: "30" } } } }));
});

/** Deploys as a newcomer does. `cdk` creates the stacks and the secret. */
const deploy = async ({
  app,
  context = {},
  cdkCode = 0,
  isUp = true,
}: {
  readonly app?: GivenApp;
  readonly context?: Readonly<Record<string, string>>;
  readonly cdkCode?: number;
  readonly isUp?: boolean;
} = {}) => {
  const lines: string[] = [];
  const cdk: (readonly string[])[] = [];
  const smoke: [string, GivenApp][] = [];
  const waits: number[] = [];
  let asked = 0;
  const steps = deploySteps(
    {
      stage: "dev",
      context: { stage: "dev", ...context },
      cdkArgs: ["--all", "-c", "stage=dev"],
      app,
    },
    {
      aws: aws.config,
      print: (line) => lines.push(line),
      pointsTo: async () => false,
      askApp: async () => {
        asked += 1;
        return given;
      },
      runCdk: async (args) => {
        cdk.push(args);
        aws.account.stacks["bot-bridge-dev-api"] = { outputs: { Url: `${url}/` } };
        aws.account.secrets[secretName] ??= generated;
        return cdkCode;
      },
      runSmoke: async (...call) => {
        smoke.push(call);
        return 0;
      },
      isUp: async () => isUp,
      wait: async (ms) => waits.push(ms),
    },
  );
  const passed = await runSteps(steps, {
    print: (line) => lines.push(line.replace(/ {2}\d+ ms {2}/, "  ")),
    now: () => 0,
    describeError: (error) => (error instanceof Error ? error.message : String(error)),
  });
  return { passed, lines, cdk, smoke, asked, waits };
};

describe("npm run deploy -- --stage dev", () => {
  test("takes a new account to a bridge that answers, and asks only for the app", async () => {
    const { passed, lines, cdk, smoke, asked, waits } = await deploy();
    expect(lines).toEqual([
      "ok   settings  dev, whose data is deleted with its stacks",
      "ok   credentials  account 123456789012, region eu-west-1, as user/ops",
      "ok   bootstrap  version 30",
      "ok   concurrency  1000 concurrent executions",
      "ok   domain  AWS's own",
      "ok   app  App Key app-one",
      "ok   stacks  deployed",
      expect.stringMatching(
        /^ok {3}secret {2}added to bot-bridge-dev-apps: App Secret of app-one, dataKeys and/,
      ),
      `ok   address  ${url}`,
      expect.stringContaining("full message route"),
      `  callback URL  ${url}/callbacks/rongcloud/messages`,
      expect.stringContaining("RC:TxtMsg"),
      expect.stringMatching(/^ok {3}rongcloud .*https:\/\/api\.rong-api\.com/),
      "ok   smoke  all steps passed",
      "ok   alarms  the stage has none",
    ]);
    expect(passed).toBe(true);
    expect(asked).toBe(1);
    expect(cdk).toEqual([["deploy", "--all", "-c", "stage=dev", "-c", "accountConcurrency=1000"]]);
    expect(smoke).toEqual([[url, given]]);
    expect(waits).toEqual([]);
    expect(JSON.parse(aws.account.secrets[secretName] ?? "").apps["app-one"].secrets).toEqual(["secret-one"]);
  });

  test("shows no secret and no key", async () => {
    const { lines } = await deploy();
    const { dataKeys, tokenKeys } = JSON.parse(aws.account.secrets[secretName] ?? "").apps["app-one"];
    expect(dataKeys[0].key).not.toBe(tokenKeys[0].key);
    for (const hidden of ["secret-one", dataKeys[0].key, tokenKeys[0].key])
      expect(lines.join("\n")).not.toContain(hidden);
  });

  test("deploys again without a question, leaves the secret as it is, and takes its app for the smoke test", async () => {
    await deploy({ app: given });
    const stored = aws.account.secrets[secretName];
    const { passed, asked, smoke } = await deploy();
    expect({ passed, asked }).toEqual({ passed: true, asked: 0 });
    expect(aws.account.secrets[secretName]).toBe(stored);
    expect(smoke).toEqual([[url, given]]);
  });

  test("adds the app of the environment to those of the secret, and waits until functions have read it", async () => {
    await deploy({ app: given });
    const second = { appKey: "app-two", appSecret: "secret-two" };
    const { smoke, waits } = await deploy({ app: second });
    expect(Object.keys(JSON.parse(aws.account.secrets[secretName] ?? "").apps)).toEqual([
      "app-one",
      "app-two",
    ]);
    expect(smoke).toEqual([[url, second]]);
    expect(waits).toEqual([61_000]);
  });
});

const failures: [string, string, Parameters<typeof deploy>[0], () => void][] = [
  [
    "the stage does not exist",
    'FAIL settings  config: stage: must be one of context.stages in cdk.json (dev, prod), got "tset"',
    { context: { stage: "tset" } },
    () => {},
  ],
  [
    "the account is not bootstrapped",
    "FAIL bootstrap  CDK is not set up in this account and region: run npx cdk bootstrap aws://123456789012/eu-west-1",
    {},
    () => {
      delete aws.account.stacks.CDKToolkit;
    },
  ],
  [
    "the bootstrap is too old",
    "FAIL bootstrap  CDK's version 5 in this account and region is too old: run npx cdk bootstrap aws://123456789012/eu-west-1",
    {},
    () => {
      aws.account.stacks.CDKToolkit = { outputs: { BootstrapVersion: "5" } };
    },
  ],
  [
    "the secret has the app with another App Secret",
    "FAIL app  App Key app-one has another App Secret in bot-bridge-dev-apps, which was not changed: see docs/deploy.md#change-an-app-secret",
    { app: given },
    () => {
      const keys = [{ id: "k1", key: Buffer.alloc(32).toString("base64") }];
      const app = { secrets: ["another"], dataKeys: keys, tokenKeys: keys };
      aws.account.secrets[secretName] = JSON.stringify({ apps: { "app-one": app } });
    },
  ],
  [
    "cdk fails",
    "FAIL stacks  cdk deploy ended with code 1: see its messages above",
    { cdkCode: 1 },
    () => {},
  ],
  [
    "the bridge does not answer",
    `FAIL address  ${url}/health does not answer: see docs/troubleshooting.md`,
    { isUp: false },
    () => {},
  ],
];

test.each(failures)("if %s, the deployment stops with one line", async (_what, line, options, arrange) => {
  arrange();
  const { passed, lines, smoke } = await deploy(options);
  expect(passed).toBe(false);
  expect(lines.at(-1)).toBe(line);
  expect(smoke).toEqual([]);
});
