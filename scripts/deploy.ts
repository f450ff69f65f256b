import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { readCdkContext } from "../lib/cdk-context.ts";
import { runSteps } from "./command/steps.ts";
import { readAccountLimit } from "./deploy/account-limit.ts";
import { ask } from "./deploy/ask.ts";
import { checkAccount, concurrencySetting } from "./deploy/check-account.ts";
import { type DeployOptions, readDeployOptions } from "./deploy/deploy-options.ts";
import { deploySteps } from "./deploy/deploy-stage.ts";
import type { GivenApp } from "./deploy/fill-secret.ts";
import { redact } from "./smoke/redact.ts";

const pathOf = (file: string): string => fileURLToPath(new URL(file, import.meta.url));
const cdk = pathOf("../node_modules/aws-cdk/bin/cdk");

/** Resolves to the exit code of a Node script that uses this terminal. */
const runScript = async (
  script: string,
  args: readonly string[],
  environment: NodeJS.ProcessEnv = process.env,
): Promise<number> => {
  const child = spawn(process.execPath, [script, ...args], { stdio: "inherit", env: environment });
  // The terminal sends Ctrl-C to the child too; this process waits for it to finish.
  const stop = (signal: NodeJS.Signals): unknown => child.kill(signal);
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const signal of signals) process.on(signal, stop);
  try {
    const [code] = await once(child, "exit");
    return typeof code === "number" ? code : 1;
  } finally {
    for (const signal of signals) process.off(signal, stop);
  }
};

/** Checks the account's Lambda concurrency, and runs `cdk deploy` with the same arguments. */
const deploy = async ({ context, cdkArgs }: DeployOptions): Promise<number> => {
  const setting = concurrencySetting({ ...readCdkContext(), ...context });
  const { passed, accountConcurrency, lines } = checkAccount(setting, await readAccountLimit());
  for (const line of lines) process.stderr.write(`${line}\n`);
  if (!passed) return 1;
  const found = accountConcurrency === undefined ? [] : ["-c", `accountConcurrency=${accountConcurrency}`];
  return runScript(cdk, ["deploy", ...cdkArgs, ...found]);
};

const appOfEnvironment = ({ APP_KEY = "", APP_SECRET = "" }: NodeJS.ProcessEnv): GivenApp | undefined => {
  if ((APP_KEY === "") !== (APP_SECRET === ""))
    throw new Error("APP_KEY and APP_SECRET go together: set both or neither");
  return APP_KEY === "" ? undefined : { appKey: APP_KEY, appSecret: APP_SECRET };
};

const askApp = async (): Promise<GivenApp> => {
  if (!process.stdin.isTTY)
    throw new Error("set APP_KEY and APP_SECRET to those of a RongCloud app: there is no terminal to ask on");
  const terminal = { input: process.stdin, output: process.stdout };
  process.stdout.write("Which app of RongCloud's console is it for?\n");
  const appKey = await ask(terminal, { text: "App Key", hidden: false });
  return { appKey, appSecret: await ask(terminal, { text: "App Secret (not shown)", hidden: true }) };
};

const isUp = (url: string): Promise<boolean> =>
  fetch(url, { signal: AbortSignal.timeout(10_000) }).then(
    ({ ok }) => ok,
    () => false,
  );

/** Deploys a stage and sets it up. */
const deployStage = async (stage: string, { context, cdkArgs }: DeployOptions): Promise<number> => {
  const print = (line: string): void => void process.stdout.write(`${redact(line, [])}\n`);
  const steps = deploySteps(
    { stage, context, cdkArgs, app: appOfEnvironment(process.env) },
    {
      aws: {},
      print,
      askApp,
      runCdk: (args) => runScript(cdk, args),
      runSmoke: (url, { appKey, appSecret }) =>
        runScript(pathOf("smoke.ts"), ["--url", url], {
          ...process.env,
          APP_KEY: appKey,
          APP_SECRET: appSecret,
        }),
      isUp,
      wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    },
  );
  const describeError = (error: unknown): string => (error instanceof Error ? error.message : String(error));
  return (await runSteps(steps, { print, now: () => performance.now(), describeError })) ? 0 : 1;
};

const main = (args: readonly string[]): Promise<number> => {
  const options = readDeployOptions(args);
  // The clients of AWS take it from there.
  if (options.profile !== undefined) process.env.AWS_PROFILE = options.profile;
  return options.stage === undefined ? deploy(options) : deployStage(options.stage, options);
};

Promise.resolve(process.argv.slice(2))
  .then(main)
  .then(
    (code) => process.exit(code),
    (error: unknown) => {
      process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
      process.exit(1);
    },
  );
