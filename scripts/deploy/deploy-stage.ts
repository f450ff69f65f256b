import { randomBytes } from "node:crypto";
import { readCdkContext } from "../../lib/cdk-context.ts";
import { makeConfig } from "../../lib/config.ts";
import { stageSettings } from "../../lib/stage-settings.ts";
import type { ClientConfig } from "../command/bridge.ts";
import { describeStack, stackNameOf } from "../command/find-stack.ts";
import { checkPlace, describeIdentity, type Identity, readIdentity } from "../command/identity.ts";
import type { Step } from "../command/steps.ts";
import { makeStoredSecret, secretNameOf } from "../command/stored-secret.ts";
import { readAccountLimit } from "./account-limit.ts";
import { checkBootstrap } from "./bootstrap.ts";
import { checkAccount, concurrencySetting } from "./check-account.ts";
import { type FilledSecret, fillSecret, type GivenApp, hasApps } from "./fill-secret.ts";

export interface StageDeployment {
  readonly stage: string;
  /** Values of `-c name=value`. */
  readonly context: Readonly<Record<string, string>>;
  readonly cdkArgs: readonly string[];
  /** The app of the environment; undefined: it is asked for if the secret has none. */
  readonly app: GivenApp | undefined;
}

export interface DeployPorts {
  readonly aws: ClientConfig;
  readonly print: (line: string) => void;
  readonly askApp: () => Promise<GivenApp>;
  /** Runs `cdk` with these arguments. Resolves to its exit code. */
  readonly runCdk: (args: readonly string[]) => Promise<number>;
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
  { aws, print, askApp, runCdk, runSmoke, isUp, wait }: DeployPorts,
): readonly Step[] => {
  const settings = { ...readCdkContext(), ...context };
  const secret = makeStoredSecret(stage, aws);
  let identity: Identity | undefined;
  let concurrency: number | undefined;
  let app: GivenApp | undefined = appOfEnvironment;
  let url = "";

  const readConfig = () => makeConfig(stageSettings((key) => settings[key]));

  const checkSettings = async (): Promise<string> => {
    const { production } = readConfig();
    return `${stage}${production ? ", production" : ", whose data is deleted with its stacks"}`;
  };

  const checkCredentials = async (): Promise<string> => {
    identity = await readIdentity(aws);
    checkPlace(readConfig(), identity);
    return describeIdentity(identity);
  };

  const checkToolkit = async (): Promise<string> => {
    if (!identity) throw new Error("the account is not known");
    return checkBootstrap(identity, aws);
  };

  const checkConcurrency = async (): Promise<string> => {
    const limit = await readAccountLimit(aws);
    const { passed, accountConcurrency: found, lines } = checkAccount(concurrencySetting(settings), limit);
    if (!passed) throw new Error(lines.map((line) => line.trim()).join(" "));
    for (const line of lines) print(line);
    concurrency = found;
    return "executions" in limit ? `${limit.executions} concurrent executions` : "not checked";
  };

  const fillWithApp = (stored: string): FilledSecret => {
    const filled = fillSecret(stored, app, {
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

  const deploy = async (): Promise<string> => {
    const found = concurrency === undefined ? [] : ["-c", `accountConcurrency=${concurrency}`];
    const code = await runCdk(["deploy", ...cdkArgs, ...found]);
    if (code !== 0) throw new Error(`cdk deploy ended with code ${code}: see its messages above`);
    return "all stacks";
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
    const { rongcloudApiUrl } = readConfig();
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
    { name: "settings", run: checkSettings },
    { name: "credentials", run: checkCredentials },
    { name: "bootstrap", run: checkToolkit },
    { name: "concurrency", run: checkConcurrency },
    { name: "app", run: chooseApp },
    { name: "stacks", run: deploy },
    { name: "secret", run: fill },
    { name: "address", run: reach },
    { name: "rongcloud", run: connect },
    { name: "smoke", run: smoke },
  ];
};
