import { randomBytes } from "node:crypto";
import { makeBotsTable } from "#adapters/dynamodb/bots-table.ts";
import { systemClock as clock } from "#adapters/node/system-clock.ts";
import { isSignedBy } from "#adapters/rongcloud/signature.ts";
import type { AppWithKeys, NamedKey } from "#adapters/secrets/app-secrets.ts";
import type { Config } from "../../lib/config.ts";
import { localClient } from "../../local/aws/local-client.ts";
import { startDifySimulator } from "../../local/dify/server.ts";
import { startHttpServer } from "../../local/http-server.ts";
import { startImSimulator } from "../../local/im/server.ts";
import { startOpenAiSimulator } from "../../local/openai/server.ts";
import { diagnoseStage } from "../../scripts/doctor/diagnose-stage.ts";
import { makeReport } from "../../scripts/doctor/report.ts";
import { startAws } from "../support/aws.ts";
import { botOf } from "../support/bots.ts";
import { closeAfterEach } from "../support/close-after.ts";
import { alarmIn } from "../support/cloudwatch.ts";
import { startTable } from "../support/dynamodb.ts";
import { difyIntegration, openAiIntegration, webhookIntegration } from "../support/turns.ts";
import { appsOf, app as someApp } from "../unit/adapters/secrets/apps.ts";
import { startQueues } from "./redrive.ts";

const newKey = (id: string): NamedKey => ({ id, key: randomBytes(32) });
const encoded = (keys: readonly NamedKey[]) =>
  keys.map(({ id, key }) => ({ id, key: key.toString("base64") }));

/** The secret's value with one app. */
export const secretWith = ({ appKey, secrets, dataKeys, tokenKeys }: AppWithKeys): string =>
  JSON.stringify({
    apps: { [appKey]: { secrets, dataKeys: encoded(dataKeys), tokenKeys: encoded(tokenKeys) } },
  });

/** The deployed API, as far as it is asked. */
const startBridge = async ({ secrets }: AppWithKeys) => {
  const answers = { health: 200, right: 200, wrong: 401 };
  const statusOf = (url: string, header: (name: string) => string): number => {
    if (url === "/dev/health") return answers.health;
    const signed = { nonce: header("nonce"), timestamp: header("timestamp"), signature: header("signature") };
    return isSignedBy(secrets, signed) ? answers.right : answers.wrong;
  };
  const server = await startHttpServer(0, async ({ url = "", headers }, response) => {
    response.writeHead(statusOf(url, (name) => String(headers[name]))).end('{"code":0}');
  });
  return { ...server, answers };
};

/** A stage in which nothing is wrong, on fakes of everything that its checks call. */
export const startStage = async () => {
  const app = someApp({ dataKeys: [newKey("d1")], tokenKeys: [newKey("t1")] });
  const queues = closeAfterEach(await startQueues());
  const table = closeAfterEach(await startTable("bots"));
  const im = closeAfterEach(await startImSimulator({ appKey: app.appKey, appSecret: app.secrets[0] }));
  const dify = closeAfterEach(await startDifySimulator());
  const openai = closeAfterEach(await startOpenAiSimulator());
  const bridge = closeAfterEach(await startBridge(app));
  const bots = makeBotsTable({ ...table, apps: appsOf(app), clock });
  const integrations = [
    webhookIntegration(),
    difyIntegration({ callbackUrl: dify.url, apiKey: "app-of-the-bot" }),
    openAiIntegration({
      callbackUrl: openai.url,
      apiKey: "sk-of-the-bot",
      options: { model: "simulated-model" },
    }),
  ];
  await bots.create(app.appKey, botOf("bot-001", { integrations }), 10);
  const outputs = {
    TurnsQueueUrl: queues.queueUrl,
    TurnsDeadLettersUrl: queues.deadLettersUrl,
    WebhooksQueueUrl: queues.queueUrl,
    WebhooksDeadLettersUrl: queues.deadLettersUrl,
    BotsTable: table.tableName,
  };
  const aws = closeAfterEach(
    await startAws({
      stacks: {
        "bot-bridge-dev-data": {},
        "bot-bridge-dev-messaging": { outputs },
        "bot-bridge-dev-api": {
          status: "UPDATE_COMPLETE",
          outputs: { Url: `${bridge.url}/dev/` },
          functions: { About1: "about", ImCallback2: "im-callback" },
        },
        "bot-bridge-dev-observability": {},
      },
      secrets: { "bot-bridge-dev-apps": secretWith(app) },
      alarms: [
        alarmIn("OK", "bot-bridge-dev-observability-TurnsDeadLetters1-2"),
        alarmIn("INSUFFICIENT_DATA", "bot-bridge-dev-observability-ModelFails1-2"),
        alarmIn("ALARM", "bot-bridge-prod-observability-ModelFails1-2"),
      ],
      subscriptions: { "ops@example.com": "confirmed" },
      metrics: { Invocations: 7, ApproximateAgeOfOldestMessage: 3 },
    }),
  );

  /** Runs all checks. `config`: other settings of the stage. */
  const diagnose = async (config: Partial<Pick<Config, "account" | "apps" | "console">> = {}) => {
    const lines: string[] = [];
    const secrets: string[] = [];
    const report = makeReport((line) => lines.push(line));
    await diagnoseStage(
      {
        config: {
          stage: "dev",
          rongcloudApiUrl: im.url,
          apps: [],
          allowPrivateCallbacks: true,
          ...config,
        },
        aws: aws.config,
        sqs: localClient(queues.endpoint),
        dynamodb: localClient(table.endpoint),
      },
      { report, addSecret: (secret) => secrets.push(secret), now: clock.now },
    );
    return { lines, secrets, passed: report.passed() };
  };

  return { app, queues, im, dify, openai, bridge, bots, aws, diagnose };
};

export type StageToCheck = Awaited<ReturnType<typeof startStage>>;
