import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "#adapters/node/system-clock.ts";
import { makeConfig } from "../lib/config.ts";
import { startAppServerSimulator } from "./app-server/server.ts";
import { copyAssembly } from "./assembly.ts";
import { startLocalAws } from "./aws/start.ts";
import { makeImFeed } from "./console/im-feed.ts";
import { sentMessages } from "./console/sent-messages.ts";
import { startConsole } from "./console/server.ts";
import { lockDataDir } from "./data-dir.ts";
import { findDemoBots, putDemoBot } from "./demo-bots.ts";
import { startDifySimulator } from "./dify/server.ts";
import { fetchFrom } from "./fetch-from.ts";
import { refuseForeignPage } from "./foreign-page.ts";
import { guideAppServerHost, guideDifyHost } from "./guide-hosts.ts";
import { startImSimulator } from "./im/server.ts";
import { checkPort } from "./port.ts";
import { openRunLog, writeRunFile } from "./run-file.ts";
import { localSecretValue } from "./secret-value.ts";
import { defaultAppSecret, type Settings, usualConsolePort } from "./settings.ts";
import { stackOutputs } from "./stack-outputs.ts";
import { makeConversationView } from "./terminal/conversation-view.ts";
import { makeIgnoredMessages } from "./terminal/ignored-messages.ts";
import { makeLogStream } from "./terminal/log-stream.ts";
import { readSentMessage } from "./terminal/sent-message.ts";
import { describeWebhook } from "./terminal/webhook-line.ts";

export interface LocalBridge {
  readonly url: string;
  /** Undefined if a real Dify is used. */
  readonly difySimulatorUrl: string | undefined;
  readonly appServerSimulatorUrl: string;
  readonly consoleUrl: string;
  /** User ids of the demo bots. */
  readonly demoBotIds: readonly string[];
  /** See `LocalAws.crash`. */
  crash(): number;
  close(): Promise<void>;
}

/** The outputs of a local run. */
export interface RunOutput {
  readonly write: (text: string) => void;
  readonly writeLog: (line: string) => void;
  /** Whether both go to the same terminal. */
  readonly isShared: boolean;
}

const stage = "local";

/** One bot can have half of them in flight. */
const turnsInFlight = 200;
/** Few enough for each to have a thread of its own. */
const workersInThreads = 10;

/** The console gives way to anything else at its usual port, the API included. */
const consolePortOf = ({ port, consolePort }: Settings) =>
  consolePort === undefined
    ? { port: port === usualConsolePort ? 0 : usualConsolePort, orAnyPort: true }
    : { port: consolePort };

/** Then the host is not routed to the simulator. */
const usesGuideDifyHost = ({ realDify }: Settings): boolean =>
  realDify !== undefined && new URL(realDify.apiUrl).hostname === guideDifyHost;

const checkSettings = async ({
  port,
  consolePort,
  dataDir,
  dynamodbEndpoint,
  sqsEndpoint,
}: Settings): Promise<void> => {
  await checkPort("PORT", port);
  if (consolePort !== undefined) await checkPort("CONSOLE_PORT", consolePort);
  if (dataDir !== undefined) await lockDataDir(dataDir);
  if (dynamodbEndpoint !== undefined) await fetchFrom("DYNAMODB_ENDPOINT", dynamodbEndpoint);
  if (sqsEndpoint !== undefined) await fetchFrom("SQS_ENDPOINT", sqsEndpoint);
};

/** Starts everything on this machine: the deployed stacks, and simulators of AWS, Dify, the IM and an app server. */
export const startLocalBridge = async (settings: Settings, output: RunOutput): Promise<LocalBridge> => {
  const closers: (() => Promise<unknown>)[] = [];
  const close = async (): Promise<void> => {
    // One part that fails to close must not prevent closing the others.
    for (const closeOne of closers.splice(0).reverse()) await closeOne().catch(() => undefined);
  };

  try {
    await checkSettings(settings);
    const demoBots = await findDemoBots(settings);
    const view = makeConversationView(output.write);
    const ignored = makeIgnoredMessages(view.showNote);
    /** Users whose messages the IM shows: bots and, with pass-through, users too. */
    const seenAtIm = new Set<string>();
    const feed = makeImFeed(systemClock);
    const im = await startImSimulator({
      ...settings,
      onEvent: (event) => {
        const { message, added } = event;
        seenAtIm.add(message.fromUserId);
        feed.record(event);
        view.showStreamed(message.messageUID, message.fromUserId, message.targetId, added, message.complete);
      },
    });
    closers.push(im.close);
    const dify = await startDifySimulator();
    closers.push(dify.close);
    const { promise: bridgeUrl, resolve: setBridgeUrl } = Promise.withResolvers<string>();
    const appServer = await startAppServerSimulator({
      ...settings,
      bridgeUrl,
      onReceived: (webhook) => view.showWebhook(`${webhook.host}${webhook.path}`, describeWebhook(webhook)),
    });
    closers.push(appServer.close);
    const page = await startConsole({ ...settings, bridgeUrl, ...consolePortOf(settings), feed });
    closers.push(page.close);

    const assemblyDir = await mkdtemp(join(tmpdir(), "bot-bridge-"));
    closers.push(() => rm(assemblyDir, { recursive: true }));
    const { allowPrivateCallbacks, rongcloudApiUrl = im.url, passThrough } = settings;
    const config = makeConfig({
      stage,
      rongcloudApiUrl,
      allowPrivateCallbacks,
      corsOrigins: ["*"],
      // Apps' and bots' shares are shares of these.
      turnsInFlight: settings.invocationsPerThread === 1 ? workersInThreads : turnsInFlight,
      webhooksInFlight: workersInThreads,
      // As in production, where it replaces a limit that costs two writes per answer.
      reservedConcurrency: { "chat-stream": 300 },
      ...(passThrough !== undefined && { passThrough }),
    });
    await copyAssembly(config, assemblyDir);

    const hostAliases = {
      ...(!usesGuideDifyHost(settings) && { [guideDifyHost]: new URL(dify.url).origin }),
      [guideAppServerHost]: appServer.url,
    };
    const {
      port,
      appKey,
      appSecret,
      signatures,
      dataDir,
      dynamodbEndpoint,
      sqsEndpoint,
      invocationsPerThread,
    } = settings;
    // The file is named by the port, which is not known yet.
    let keepLine = (_line: string): void => {};
    const aws = await startLocalAws({
      assemblyDir,
      port,
      dataDir,
      dynamodbEndpoint,
      sqsEndpoint,
      secretValues: { [`bot-bridge-${stage}-apps`]: localSecretValue(appKey, appSecret, signatures) },
      environment: { RONGCLOUD_API_URL: rongcloudApiUrl },
      invocationsPerThread,
      hostAliases,
      refuse: appSecret === defaultAppSecret ? refuseForeignPage : undefined,
      log: makeLogStream({
        write: output.writeLog,
        isShared: output.isShared,
        endLine: view.endLine,
        onLine: (line) => {
          ignored.onLogLine(line);
          keepLine(line);
        },
      }),
      onExchange: ({ path, requestBody, statusCode, replyBody }) => {
        const sent = statusCode === 200 ? readSentMessage(path, requestBody) : undefined;
        if (sent && !seenAtIm.has(sent.from)) {
          view.showSent(sent.from, sent.to, sent.text);
          sentMessages(path, requestBody, replyBody).forEach(feed.record);
        }
        ignored.onSent({ path, requestBody, replyBody });
      },
    });
    closers.push(aws.close);
    setBridgeUrl(aws.url);
    keepLine = await openRunLog(new URL(aws.url).port);

    for (const bot of demoBots) await putDemoBot(aws.url, settings, bot);
    const outputs = stackOutputs(assemblyDir, `bot-bridge-${stage}-messaging`, aws.queueUrls);
    closers.push(await writeRunFile({ url: aws.url, endpoints: aws.endpoints, outputs }));
    return {
      url: aws.url,
      difySimulatorUrl: settings.realDify ? undefined : new URL(dify.url).origin,
      appServerSimulatorUrl: appServer.url,
      consoleUrl: page.url,
      demoBotIds: demoBots.map(({ userId }) => userId),
      crash: aws.crash,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
};
