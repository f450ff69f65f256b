import type { AppWithKeys } from "#adapters/secrets/app-secrets.ts";
import type { Config } from "../../lib/config.ts";
import type { ClientConfig } from "../command/bridge.ts";
import { checkPlace, describeIdentity, type Identity, readIdentity } from "../command/identity.ts";
import { checkAlarms } from "./alarm-check.ts";
import { bridgeChecks } from "./bridge-checks.ts";
import { checkCallbacks } from "./callback-check.ts";
import { type Check, checkOf, ok, problem } from "./check.ts";
import { checkIm } from "./im-check.ts";
import { checkModels } from "./model-check.ts";
import { openBots } from "./open-bots.ts";
import { queueChecks } from "./queue-checks.ts";
import { readMetric } from "./read-metric.ts";
import type { Looked, Report } from "./report.ts";
import { checkStoredSecret } from "./secret-check.ts";
import { makeSend } from "./send.ts";
import { checkStacks, type StageStacks } from "./stack-check.ts";

export interface StageToCheck {
  /** The settings of the stage. */
  readonly config: Pick<
    Config,
    "stage" | "account" | "region" | "apps" | "console" | "rongcloudApiUrl" | "allowPrivateCallbacks"
  >;
  readonly aws: ClientConfig;
  readonly sqs: ClientConfig;
  readonly dynamodb: ClientConfig;
}

/** For all calls to models together. */
export const maxModelsMs = 60_000;

export interface DiagnosePorts {
  readonly report: Report;
  /** Keeps the secret out of the output. */
  readonly addSecret: (secret: string) => void;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

const checkCredentials = async ({ config, aws }: StageToCheck): Promise<Looked<Identity>> => {
  try {
    const identity = await readIdentity(aws);
    checkPlace(config, identity);
    return { findings: ok(describeIdentity(identity)), found: identity };
  } catch (error) {
    // Its message says what to do.
    return { findings: problem(error instanceof Error ? error.message : String(error)), found: undefined };
  }
};

/** The checks that need neither each other nor the order in which they run. */
const remainingChecks = (
  { config, aws, sqs, dynamodb }: StageToCheck,
  { outputs, url }: StageStacks,
  apps: readonly AppWithKeys[] | undefined,
  { addSecret, now }: DiagnosePorts,
): readonly Check[] => {
  const { stage, rongcloudApiUrl, allowPrivateCallbacks } = config;
  const send = makeSend(false);
  const readAge = (QueueName: string): Promise<number | undefined> =>
    readMetric(
      {
        namespace: "AWS/SQS",
        name: "ApproximateAgeOfOldestMessage",
        dimensions: { QueueName },
        statistic: "Maximum",
        minutes: 5,
      },
      aws,
      now(),
    );
  const bots = outputs && apps && { table: outputs.BotsTable, apps };
  return [
    ...bridgeChecks({ url, apps }, send),
    checkOf("models", { what: "the messaging stack and the secret", found: bots }, (found) =>
      checkModels(
        found.apps.map(({ appKey }) => appKey),
        {
          bots: openBots(dynamodb, found.table, found.apps),
          // As the functions do.
          send: makeSend(!allowPrivateCallbacks),
          addSecret,
          isSimulated: () => false,
          deadline: AbortSignal.timeout(maxModelsMs),
        },
      ),
    ),
    checkOf("im", { what: "the secret", found: apps }, (found) => checkIm(rongcloudApiUrl, found, send)),
    ...queueChecks(outputs, { sqs, readAge, redrive: `npm run redrive -- --stage ${stage}` }),
    { name: "alarms", run: () => checkAlarms(stage, aws) },
    checkOf("callbacks", { what: "the api stack", found: url }, (found) =>
      checkCallbacks({ stage, url: found }, aws, now()),
    ),
  ];
};

/** Prints a line for each check of a deployed stage. Without credentials or stacks nothing else can be checked. */
export const diagnoseStage = async (stage: StageToCheck, ports: DiagnosePorts): Promise<void> => {
  const { config, aws } = stage;
  const { report, addSecret } = ports;
  if (!(await report.look("credentials", () => checkCredentials(stage)))) return;
  const stacks = await report.look("stacks", () => checkStacks(config.stage, aws));
  if (!stacks) return;
  const apps = await report.look("secret", () =>
    checkStoredSecret(
      { stage: config.stage, expected: config.apps, console: config.console !== undefined },
      aws,
    ),
  );
  for (const { secrets } of apps ?? []) secrets.forEach(addSecret);
  await report.run(remainingChecks(stage, stacks, apps, ports));
};
