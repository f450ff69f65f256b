import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import * as v from "valibot";
import { readCdkContext } from "../lib/cdk-context.ts";
import { stageSettings } from "../lib/stage-settings.ts";
import { readAccountLimit } from "./deploy/account-limit.ts";
import { checkAccount } from "./deploy/check-account.ts";
import { readDeployOptions } from "./deploy/deploy-options.ts";

const cdk = fileURLToPath(new URL("../node_modules/aws-cdk/bin/cdk", import.meta.url));

/** Undefined also if it is invalid: CDK then reports it with all other settings. */
const settingOf = (context: Readonly<Record<string, unknown>>): number | undefined => {
  const { accountConcurrency } = stageSettings((key) => context[key]);
  return v.is(v.number(), accountConcurrency) ? accountConcurrency : undefined;
};

/** Checks the account's Lambda concurrency, and runs `cdk deploy` with the same arguments. */
const main = async (args: readonly string[]): Promise<number> => {
  const { profile, context } = readDeployOptions(args);
  const setting = settingOf({ ...readCdkContext(), ...context });
  const limit = await readAccountLimit({ profile, environment: process.env });
  const { passed, accountConcurrency, lines } = checkAccount(setting, limit);
  for (const line of lines) process.stderr.write(`${line}\n`);
  if (!passed) return 1;
  const found = accountConcurrency === undefined ? [] : ["-c", `accountConcurrency=${accountConcurrency}`];
  const child = spawn(process.execPath, [cdk, "deploy", ...args, ...found], { stdio: "inherit" });
  // The terminal sends Ctrl-C to the child too; this process waits for it to finish.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => child.kill(signal));
  const [code] = await once(child, "exit");
  return typeof code === "number" ? code : 1;
};

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
    process.exit(1);
  },
);
