import { describe, expect, test } from "@jest/globals";
import { readCdkContext } from "../../../lib/cdk-context.ts";
import { makeConfig } from "../../../lib/config.ts";
import { stageSettings } from "../../../lib/stage-settings.ts";

const reading = (context: Readonly<Record<string, unknown>>) => (key: string) => context[key];

describe("the settings of a stage", () => {
  const context = {
    config: { botsPerApp: 20, waf: false },
    stages: { dev: {}, prod: { waf: true } },
  };

  test("are those of all stages, overridden by its own", () => {
    expect(stageSettings(reading({ ...context, stage: "prod" }))).toEqual({
      stage: "prod",
      botsPerApp: 20,
      waf: true,
    });
  });

  test("are those of dev if no stage is chosen", () => {
    expect(stageSettings(reading(context))).toEqual({ stage: "dev", botsPerApp: 20, waf: false });
  });

  test("do not exist for a stage that cdk.json does not name: a typo deploys nothing", () => {
    expect(() => stageSettings(reading({ ...context, stage: "prd" }))).toThrow(
      'config: stage: must be one of context.stages in cdk.json (dev, prod), got "prd"',
    );
  });

  test("include the account's concurrency that a deployment has found, unless cdk.json has one", () => {
    const found = { ...context, accountConcurrency: "10" };
    expect(stageSettings(reading(found))).toMatchObject({ accountConcurrency: 10 });
    const set = { ...found, config: { accountConcurrency: 2_000 } };
    expect(stageSettings(reading(set))).toMatchObject({ accountConcurrency: 2_000 });
    expect(() => stageSettings(reading({ ...context, accountConcurrency: "ten" }))).toThrow(
      "context: accountConcurrency: must be a number",
    );
  });

  test("report malformed entries of the context", () => {
    expect(() => stageSettings(reading({ config: [], stages: { dev: 1 } }))).toThrow(
      "stages.dev: must be an object of settings",
    );
  });
});

test("cdk.json has valid settings for dev and prod", () => {
  for (const stage of ["dev", "prod"]) {
    const context = { ...readCdkContext(), stage };
    expect(makeConfig(stageSettings(reading(context)))).toMatchObject({
      stage,
      production: stage === "prod",
    });
  }
});
