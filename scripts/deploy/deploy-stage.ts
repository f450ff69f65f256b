import { randomBytes } from "node:crypto";
import { describeStack, stackNameOf } from "../command/find-stack.ts";
import type { Step } from "../command/steps.ts";
import { makeStoredSecret, secretNameOf } from "../command/stored-secret.ts";
import { type RunCdk, type StackDeployment, stacksStep } from "./deploy-stacks.ts";
import { type FilledSecret, fillSecret, type GivenApp, hasApps } from "./fill-secret.ts";
import { type CheckPorts, makeStageChecks } from "./stage-checks.ts";

export interface StageDeployment extends StackDeployment {
  readonly stage: string;
  /** The app of the environment; undefined: it is asked for if the secret has none. */
  readonly app: GivenApp | undefined;
}

export interface DeployPorts extends CheckPorts {
  readonly askApp: () => Promise<GivenApp>;
  readonly runCdk: RunCdk;
  /** Runs the smoke test. Resolves to its exit code. */
  readonly runSmoke: (url: string, app: GivenApp) => Promise<number>;
  /** Whether something answers 200 at the URL. */
  readonly isUp: (url: string) => Promise<boolean>;
  readonly wait: (ms: number) => Promise<unknown>;
}

/** Functions that are running read a changed secret within a minute (functions/adapters/secrets). */
const secretAgeMs = 61_000;
/** A new address of API Gateway may answer 403 in its first seconds. */
const addressAttempts = 20;
const addressIntervalMs = 3_000;

/** The steps from an account to a stage that answers. Each throws an Error with one line that says what to do. */
export const deploySteps = (
  { stage, context, cdkArgs, app: appOfEnvironment }: StageDeployment,
  { aws, print, pointsTo, askApp, runCdk, runSmoke, isUp, wait }: DeployPorts,
): readonly Step[] => {
  const checks = makeStageChecks({ context }, { aws, print, pointsTo });
  const secret = makeStoredSecret(stage, aws);
  let app: GivenApp | undefined = appOfEnvironment;
  let url = "";

  const fillWithApp = (stored: string): FilledSecret => {
    const needs = { app, console: checks.readConfig().console !== undefined };
    const filled = fillSecret(stored, needs, {
      newKey: () => randomBytes(32).toString("base64"),
      newKeyId: () => `k-${randomBytes(3).toString("hex")}`,
    });
    if (app && !filled.apps[app.appKey]?.secrets.includes(app.appSecret))
      throw new Error(
        `App Key ${app.appKey} has another App Secret in ${secretNameOf(stage)}, which was not changed: see docs/deploy.md#change-an-app-secret`,
      );
    return filled;
  };

  /** Before the deployment, which takes minutes: nobody needs to wait for the question, or for what is wrong. */
  const chooseApp = async (): Promise<string> => {
    const stored = (await secret.read()) ?? "";
    if (!app && !hasApps(stored)) app = await askApp();
    const { apps } = fillWithApp(stored);
    // Any app of the stage will do for the smoke test.
    app ??= Object.entries(apps).map(([appKey, { secrets }]) => ({ appKey, appSecret: secrets[0] }))[0];
    return `App Key ${app?.appKey}`;
  };

  const fill = async (): Promise<string> => {
    const before = await secret.read();
    if (before === undefined) throw new Error(`the secret ${secretNameOf(stage)} does not exist`);
    const hadApps = hasApps(before);
    const { value, added } = fillWithApp(before);
    if (added.length === 0) return `${secretNameOf(stage)} is complete, and unchanged`;
    await secret.write(value);
    if (hadApps) {
      print("Waiting a minute: running functions read the secret again …");
      await wait(secretAgeMs);
    }
    return `added to ${secretNameOf(stage)}: ${added.join(", ")}`;
  };

  const reach = async (): Promise<string> => {
    const { outputs = {} } = (await describeStack(stackNameOf(stage, "api"), aws)) ?? {};
    if (outputs.Url === undefined)
      throw new Error(`the stack ${stackNameOf(stage, "api")} has no output Url`);
    url = outputs.Url.replace(/\/+$/, "");
    for (let attempt = 1; !(await isUp(`${url}/health`)); attempt += 1) {
      if (attempt === addressAttempts)
        throw new Error(
          outputs.DomainTarget === undefined
            ? `${url}/health does not answer: see docs/troubleshooting.md`
            : `${url}/health does not answer: point a CNAME record of ${new URL(url).hostname} to ${outputs.DomainTarget}, and run this again`,
        );
      await wait(addressIntervalMs);
    }
    return url;
  };

  const connect = async (): Promise<string> => {
    const { rongcloudApiUrl } = checks.readConfig();
    print("In RongCloud's console, set the full message route of the app (docs/connect-rongcloud.md):");
    print(`  callback URL  ${url}/callbacks/rongcloud/messages`);
    print("  messages      private and group; all types that bots should receive, at least RC:TxtMsg");
    return `the app must be in the data centre of ${rongcloudApiUrl} (setting rongcloudApiUrl)`;
  };

  const smoke = async (): Promise<string> => {
    if (!app) throw new Error("the secret has no app");
    const code = await runSmoke(url, app);
    if (code !== 0) throw new Error("a step failed, see above and docs/troubleshooting.md");
    return "all steps passed";
  };

  return [
    ...checks.before,
    { name: "app", run: chooseApp },
    stacksStep(cdkArgs, checks, runCdk),
    { name: "secret", run: fill },
    { name: "address", run: reach },
    { name: "rongcloud", run: connect },
    { name: "smoke", run: smoke },
    // Last: alarms do not keep a stage from answering.
    ...checks.after,
  ];
};
