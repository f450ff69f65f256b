import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { describeError } from "./command/describe-error.ts";
import { runSteps, type Step } from "./command/steps.ts";
import { ask } from "./deploy/ask.ts";
import { type DeployOptions, readDeployOptions } from "./deploy/deploy-options.ts";
import { checkSteps, stackSteps } from "./deploy/deploy-stacks.ts";
import { deploySteps } from "./deploy/deploy-stage.ts";
import type { GivenApp } from "./deploy/fill-secret.ts";
import { pointsTo } from "./deploy/points-to.ts";
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

const print = (line: string): void => void process.stdout.write(`${redact(line, [])}\n`);

const stepsOf = ({ stage, checkOnly, context, cdkArgs }: DeployOptions): readonly Step[] => {
  const checkPorts = { aws: {}, print, pointsTo };
  if (checkOnly) return checkSteps({ context }, checkPorts);
  const ports = { ...checkPorts, runCdk: (args: readonly string[]) => runScript(cdk, args) };
  if (stage === undefined) return stackSteps({ context, cdkArgs }, ports);
  return deploySteps(
    { stage, context, cdkArgs, app: appOfEnvironment(process.env) },
    {
      ...ports,
      askApp,
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
};

const main = async (args: readonly string[]): Promise<number> => {
  const options = readDeployOptions(args);
  // The clients of AWS take it from there.
  if (options.profile !== undefined) process.env.AWS_PROFILE = options.profile;
  return (await runSteps(stepsOf(options), { print, now: () => performance.now(), describeError })) ? 0 : 1;
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
