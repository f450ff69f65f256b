import { randomBytes } from "node:crypto";
import { BotError } from "../client/src/index.ts";
import { describeError } from "./command/describe-error.ts";
import { runSteps } from "./command/steps.ts";
import { makeCallServer } from "./smoke/call.ts";
import { readOptions } from "./smoke/options.ts";
import { redact } from "./smoke/redact.ts";
import { makeSmokeTest } from "./smoke/smoke-test.ts";

// Follows RongCloud's integration guide against a bridge, deployed or local, and prints the result of each step.

/** The message of a failed answer is written for users; the status and code say more. */
const describeFailure = (error: unknown): string => {
  if (error instanceof BotError) return `${error.status ?? ""} ${error.code}: ${error.message}`.trim();
  return describeError(error);
};

const main = async (): Promise<void> => {
  const options = readOptions(process.argv.slice(2), process.env);
  const secrets = [options.appSecret, options.dify?.apiKey ?? ""];
  const print = (line: string): void => void process.stdout.write(`${redact(line, secrets)}\n`);
  const smokeTest = makeSmokeTest(options, {
    callServer: makeCallServer(options),
    addSecret: (secret) => secrets.push(secret),
    newId: () => randomBytes(4).toString("hex"),
  });
  const passed = await runSteps(smokeTest.steps, {
    print: print,
    now: () => performance.now(),
    describeError: describeFailure,
  });
  await smokeTest
    .cleanUp()
    .catch((error: unknown) => print(`The test bot could not be deleted: ${describeFailure(error)}`));
  if (!options.isLocal && options.dify === undefined)
    print("Skipped asking the bot: set DIFY_API_URL and DIFY_API_KEY to a Dify app.");
  process.exitCode = passed ? 0 : 1;
};

main().catch((error: unknown) => {
  console.error(describeFailure(error));
  process.exit(1);
});
