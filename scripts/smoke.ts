import { randomBytes } from "node:crypto";
import { BotError } from "../client/src/index.ts";
import { makeCallServer } from "./smoke/call.ts";
import { readOptions } from "./smoke/options.ts";
import { redact } from "./smoke/redact.ts";
import { makeSmokeTest } from "./smoke/smoke-test.ts";
import { runSteps } from "./smoke/steps.ts";

// Walks RongCloud's guide against a bridge, deployed or local, and says of each step whether it went well.

/** What a client is told when an answer fails is for its user: the code says more. */
const describeError = (error: unknown): string => {
  if (error instanceof BotError) return `${error.status ?? ""} ${error.code}: ${error.message}`.trim();
  return error instanceof Error && error.message !== "" ? error.message : String(error);
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
    describeError: describeError,
  });
  await smokeTest.cleanUp().catch((error: unknown) => print(`the bot is left: ${describeError(error)}`));
  if (!options.isLocal && options.dify === undefined)
    print("No bot was asked: DIFY_API_URL and DIFY_API_KEY say which Dify may be.");
  process.exitCode = passed ? 0 : 1;
};

main().catch((error: unknown) => {
  console.error(describeError(error));
  process.exit(1);
});
