import { defaultAccountConcurrency } from "../../lib/capacity.ts";
import { readCdkContext } from "../../lib/cdk-context.ts";
import { type Config, makeConfig, makeConfigAt } from "../../lib/config.ts";
import { stageSettings } from "../../lib/stage-settings.ts";
import { checkPlace, describeIdentity, type Identity, readIdentity } from "../command/identity.ts";
import type { Step } from "../command/steps.ts";
import { readAccountLimit } from "./account-limit.ts";
import { checkBootstrap } from "./bootstrap.ts";
import { checkAccount, concurrencySetting } from "./check-account.ts";
import { checkDomain, type DomainPorts } from "./check-domain.ts";
import { checkAlarms } from "./dead-alarms.ts";

export interface CheckOptions {
  /** Values of `-c name=value`. */
  readonly context: Readonly<Record<string, string>>;
  /** Whether nothing passes the account's concurrency on to CDK, so that it must be in cdk.json. */
  readonly deploysElsewhere?: boolean;
}

export interface CheckPorts extends DomainPorts {
  readonly print: (line: string) => void;
}

export interface StageChecks {
  /** Those before a deployment. */
  readonly before: readonly Step[];
  /** Those after it. */
  readonly after: readonly Step[];
  readonly readConfig: () => Config;
  /** Arguments for CDK that the checks before a deployment have found. */
  readonly found: () => readonly string[];
}

/** What can be checked without deploying. Each step throws an Error with one line that says what to do. */
export const makeStageChecks = (
  { context, deploysElsewhere = false }: CheckOptions,
  { aws, print, pointsTo }: CheckPorts,
): StageChecks => {
  const settings = { ...readCdkContext(), ...context };
  const given = () => stageSettings((key) => settings[key]);
  const readConfig = (): Config => makeConfig(given());
  let identity: Identity | undefined;
  let found: readonly string[] = [];

  const checkSettings = async (): Promise<string> => {
    const { stage, production } = readConfig();
    return `${stage}${production ? ", production" : ", whose data is deleted with its stacks"}`;
  };

  const checkCredentials = async (): Promise<string> => {
    identity = await readIdentity(aws);
    checkPlace(readConfig(), identity);
    makeConfigAt(identity, given());
    return describeIdentity(identity);
  };

  const checkToolkit = async (): Promise<string> => {
    if (!identity) throw new Error("the account is not known");
    return checkBootstrap(identity, aws);
  };

  const checkConcurrency = async (): Promise<string> => {
    const limit = await readAccountLimit(aws);
    const setting =
      concurrencySetting(settings) ?? (deploysElsewhere ? defaultAccountConcurrency : undefined);
    const { passed, accountConcurrency, lines } = checkAccount(setting, limit);
    if (!passed) throw new Error(lines.map((line) => line.trim()).join(" "));
    for (const line of lines) print(line);
    found = accountConcurrency === undefined ? [] : ["-c", `accountConcurrency=${accountConcurrency}`];
    return "executions" in limit ? `${limit.executions} concurrent executions` : "not checked";
  };

  return {
    before: [
      { name: "settings", run: checkSettings },
      { name: "credentials", run: checkCredentials },
      { name: "bootstrap", run: checkToolkit },
      { name: "concurrency", run: checkConcurrency },
      { name: "domain", run: () => checkDomain(readConfig(), { aws, pointsTo }) },
    ],
    after: [{ name: "alarms", run: () => checkAlarms(readConfig().stage, print, aws) }],
    readConfig,
    found: () => found,
  };
};
