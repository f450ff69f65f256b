import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import * as v from "valibot";
import { makeResealKeys, type ResealKeysPorts } from "#adapters/dynamodb/reseal-keys.ts";
import { makeJsonLog } from "#adapters/node/json-log.ts";
import { systemClock as clock } from "#adapters/node/system-clock.ts";
import { makeAppSecrets } from "#adapters/secrets/app-secrets.ts";
import { localApp } from "../local/secret-value.ts";
import { readSettings } from "../local/settings.ts";
import { describeError } from "./command/describe-error.ts";
import { findBridge, makeCommandLine } from "./command/target.ts";
import { makeResealReport } from "./reseal/report.ts";

const neededOutputs = v.object({ BotsTable: v.string(), AppsSecret: v.string() });

const { parse, targetOf } = makeCommandLine("npm run reseal -- [--stage <stage> | --url <url>]");

type Apps = ResealKeysPorts["apps"];

const localApps = (): Apps => {
  const { appSecret } = readSettings();
  const find = async (appKey: string) => localApp(appKey, appSecret);
  return { find, findFresh: find };
};

const readApps = async (secretId: string): Promise<Apps> => {
  const log = makeJsonLog((line) => process.stderr.write(line));
  const apps = makeAppSecrets({ client: new SecretsManagerClient(), secretId, clock, log });
  // First, so that a secret that cannot be read is one error, not one for each key.
  await apps.read();
  return apps;
};

const main = async (): Promise<void> => {
  const target = targetOf(parse(process.argv.slice(2), {}));
  const { dynamodb, outputs } = await findBridge(target, neededOutputs);
  const resealKeys = makeResealKeys({
    client: DynamoDBDocumentClient.from(new DynamoDBClient(dynamodb)),
    tableName: outputs.BotsTable,
    apps: await (target.stage === undefined ? localApps() : readApps(outputs.AppsSecret)),
  });
  const report = makeResealReport((line) => process.stdout.write(`${line}\n`));
  // A reader such as `head` may close the pipe; the command continues.
  process.stdout.on("error", () => {});
  for await (const result of resealKeys()) report.add(result);
  report.end();
  process.exitCode = report.hasFailures() ? 1 : 0;
};

main().catch((error: unknown) => {
  console.error(describeError(error));
  process.exit(1);
});
