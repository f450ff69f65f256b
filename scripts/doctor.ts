import { localApp } from "../local/secret-value.ts";
import { readSettings } from "../local/settings.ts";
import { describeError } from "./command/describe-error.ts";
import { findLocalBridge } from "./command/find-local-bridge.ts";
import { readStageConfig } from "./command/stage-config.ts";
import { makeCommandLine } from "./command/target.ts";
import { diagnoseRun } from "./doctor/diagnose-run.ts";
import { diagnoseStage } from "./doctor/diagnose-stage.ts";
import { makeReport } from "./doctor/report.ts";
import { messagingOutputs } from "./doctor/stack-check.ts";
import { redact } from "./smoke/redact.ts";

const { parse, targetOf } = makeCommandLine(
  "npm run doctor -- [--stage <stage> [--profile <profile>] | --url <url>]",
);

const secrets: string[] = [];
const report = makeReport((line) => process.stdout.write(`${redact(line, secrets)}\n`));
const ports = { report, addSecret: (secret: string) => secrets.push(secret), now: Date.now };

const checkStage = async (stage: string): Promise<void> => {
  const { config, aws } = readStageConfig(stage);
  await diagnoseStage({ config, aws, sqs: aws, dynamodb: aws }, ports);
};

const checkRun = async (port: string): Promise<void> => {
  const { appKey, appSecret, rongcloudApiUrl } = readSettings();
  const bridge = await findLocalBridge(port, messagingOutputs);
  const url = `http://127.0.0.1:${port}`;
  await diagnoseRun({ url, bridge, app: localApp(appKey, appSecret), rongcloudApiUrl }, ports);
};

/** Prints what is wrong with a deployment or a local run. Resolves to whether nothing is. */
const main = async (args: readonly string[]): Promise<boolean> => {
  const { profile, ...given } = parse(args, { profile: { type: "string" } });
  // The clients of AWS take it from there.
  if (profile !== undefined) process.env.AWS_PROFILE = profile;
  const { stage, port } = targetOf(given);
  await (stage === undefined ? checkRun(port) : checkStage(stage));
  return report.passed();
};

// A reader such as `head` may close the pipe; the checks continue.
process.stdout.on("error", () => {});

main(process.argv.slice(2)).then(
  (passed) => process.exit(passed ? 0 : 1),
  (error: unknown) => {
    console.error(describeError(error));
    process.exit(1);
  },
);
