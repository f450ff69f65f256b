import { expect, test } from "@jest/globals";
import { readDeployOptions } from "../../../../scripts/deploy/deploy-options.ts";

test.each([
  [["--all"], { profile: undefined, context: {} }],
  [["--all", "-c", "stage=prod"], { profile: undefined, context: { stage: "prod" } }],
  [
    ["--all", "--require-approval", "never", "--context", "stage=prod", "--outputs-file", "outputs.json"],
    { profile: undefined, context: { stage: "prod" } },
  ],
  [["--context=stage=prod", "--profile", "work"], { profile: "work", context: { stage: "prod" } }],
  [["-cstage=prod", "--profile=work"], { profile: "work", context: { stage: "prod" } }],
  [["-c", "a=b=c", "-c", "stage=dev"], { profile: undefined, context: { a: "b=c", stage: "dev" } }],
])("%j are read as CDK reads them, and passed on as they are", (args, expected) => {
  expect(readDeployOptions(args)).toEqual({ ...expected, stage: undefined, checkOnly: false, cdkArgs: args });
});

test.each([
  [
    ["--stage", "dev"],
    ["--all", "-c", "stage=dev"],
  ],
  [
    ["--stage=dev", "--all"],
    ["--all", "-c", "stage=dev"],
  ],
  [
    ["--require-approval", "never", "--stage", "dev", "--profile", "work"],
    ["--all", "-c", "stage=dev", "--require-approval", "never", "--profile", "work"],
  ],
])("%j deploys all stacks of the stage, with the other arguments", (args, cdkArgs) => {
  expect(readDeployOptions(args)).toMatchObject({ stage: "dev", context: { stage: "dev" }, cdkArgs });
});

test("--check only checks the stage", () => {
  const { stage, checkOnly } = readDeployOptions(["--stage", "prod", "--check"]);
  expect({ stage, checkOnly }).toEqual({ stage: "prod", checkOnly: true });
});

test.each([
  [["--check", "--all"], "--check needs --stage. Usage: npm run deploy"],
  [["--stage"], "--stage must name a stage. Usage: npm run deploy"],
  [["--stage="], "--stage must name a stage. Usage: npm run deploy"],
  [["--stage", "dev", "-c", "stage=prod"], "--stage and -c stage=… are mutually exclusive. Usage:"],
])("%j is refused in one line", (args, line) => {
  expect(() => readDeployOptions(args)).toThrow(line);
});
