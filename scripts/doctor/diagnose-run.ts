import type { AppWithKeys } from "#adapters/secrets/app-secrets.ts";
import { guideAppServerHost, guideDifyHost } from "../../local/guide-hosts.ts";
import type { Bridge } from "../command/bridge.ts";
import { bridgeChecks } from "./bridge-checks.ts";
import { type DiagnosePorts, maxModelsMs } from "./diagnose-stage.ts";
import { checkIm } from "./im-check.ts";
import { checkModels } from "./model-check.ts";
import { openBots } from "./open-bots.ts";
import { queueChecks } from "./queue-checks.ts";
import { makeSend } from "./send.ts";
import type { MessagingOutputs } from "./stack-check.ts";

export interface RunToCheck {
  readonly url: string;
  readonly bridge: Bridge<MessagingOutputs>;
  readonly app: AppWithKeys;
  /** Undefined: the IM simulator. */
  readonly rongcloudApiUrl: string | undefined;
}

const simulated: ReadonlySet<string> = new Set([guideDifyHost, guideAppServerHost]);

/** Prints a line for each check that makes sense without an AWS account. */
export const diagnoseRun = async (
  { url, bridge: { sqs, dynamodb, outputs }, app, rongcloudApiUrl }: RunToCheck,
  { report, addSecret }: Pick<DiagnosePorts, "report" | "addSecret">,
): Promise<void> => {
  app.secrets.forEach(addSecret);
  const send = makeSend(false);
  const models = () =>
    checkModels([app.appKey], {
      bots: openBots(dynamodb, outputs.BotsTable, [app]),
      send,
      addSecret,
      isSimulated: (host) => simulated.has(host),
      deadline: AbortSignal.timeout(maxModelsMs),
    });
  const im = (apiUrl: string) => ({ name: "im", run: () => checkIm(apiUrl, [app], send) });
  await report.run([
    ...bridgeChecks({ url, apps: [app] }, send),
    { name: "models", run: models },
    ...(rongcloudApiUrl === undefined ? [] : [im(rongcloudApiUrl)]),
    // The local SQS does not measure the age of messages.
    ...queueChecks(outputs, {
      sqs,
      readAge: async () => undefined,
      redrive: `npm run redrive -- --url ${url}`,
    }),
  ]);
};
