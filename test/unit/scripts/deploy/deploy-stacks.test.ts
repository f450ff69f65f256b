import { beforeEach, describe, expect, test } from "@jest/globals";
import { runSteps } from "../../../../scripts/command/steps.ts";
import { checkSteps, stackSteps } from "../../../../scripts/deploy/deploy-stacks.ts";
import { type FakeAws, startAws } from "../../../support/aws.ts";
import { closeAfterEach } from "../../../support/close-after.ts";

let aws: FakeAws;
beforeEach(async () => {
  aws = closeAfterEach(await startAws({ stacks: { CDKToolkit: { outputs: { BootstrapVersion: "30" } } } }));
});

const dead = {
  AlarmName: "bot-bridge-dev-observability-Errors",
  Dimensions: [{ Name: "QueueName", Value: "old" }],
};

const run = async (what: "check" | "deploy", context: Readonly<Record<string, string>> = {}) => {
  const lines: string[] = [];
  const cdk: (readonly string[])[] = [];
  const ports = { aws: aws.config, print: (line: string) => lines.push(line), pointsTo: async () => false };
  const runCdk = async (args: readonly string[]) => {
    cdk.push(args);
    return 0;
  };
  const steps =
    what === "check"
      ? checkSteps({ context }, ports)
      : stackSteps({ context, cdkArgs: ["--all"] }, { ...ports, runCdk });
  const passed = await runSteps(steps, {
    print: (line) => lines.push(line.replace(/ {2}\d+ ms {2}/, "  ")),
    now: () => 0,
    describeError: (error) => (error instanceof Error ? error.message : String(error)),
  });
  return { passed, lines, cdk };
};

describe("npm run deploy -- --all", () => {
  test("checks the account, deploys with its concurrency, and checks the alarms", async () => {
    const { passed, lines, cdk } = await run("deploy");
    expect(passed).toBe(true);
    expect(lines.map((line) => line.split(/\s+/)[1])).toEqual([
      "settings",
      "credentials",
      "bootstrap",
      "concurrency",
      "domain",
      "stacks",
      "alarms",
    ]);
    expect(cdk).toEqual([["deploy", "--all", "-c", "accountConcurrency=1000"]]);
  });

  test("needs no permission but those to deploy, and says what it has not checked", async () => {
    for (const action of ["DescribeStacks", "DescribeAlarms"]) aws.account.denied.add(action);
    aws.account.concurrency = undefined;
    const { passed, lines } = await run("deploy");
    expect(passed).toBe(true);
    expect(lines.filter((line) => /not checked/.test(line))).toHaveLength(4);
  });

  test("fails if an alarm watches what does not exist", async () => {
    aws.account.alarms.push(dead);
    const { passed, lines, cdk } = await run("deploy");
    expect(passed).toBe(false);
    expect(cdk).toHaveLength(1);
    expect(lines.at(-1)).toMatch(/^FAIL alarms {2}create the alarms again: npx cdk destroy/);
  });
});

describe("npm run deploy -- --stage dev --check", () => {
  test("deploys nothing, and finds what a deployment by another command would not", async () => {
    expect(await run("check")).toMatchObject({ passed: true, cdk: [] });
    aws.account.alarms.push(dead);
    expect(await run("check")).toMatchObject({ passed: false, cdk: [] });
  });

  test("fails in an account with less concurrency than the stage has, since nothing passes the limit on to cdk", async () => {
    aws.account.concurrency = 10;
    const { passed, lines } = await run("check");
    expect(passed).toBe(false);
    expect(lines.at(-1)).toMatch(
      /^FAIL concurrency {2}accountConcurrency: Lambda allows this account 10 .* the deployment assumes 1000\..* Or set accountConcurrency to 10 in cdk.json/,
    );
    expect((await run("check", { accountConcurrency: "10" })).passed).toBe(true);
  });
});
