import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeApp } from "../lib/app.ts";
import { makeConfig } from "../lib/config.ts";
import { startLocalAws } from "./aws/start.ts";
import { createDemoBot, findDemoDify } from "./demo-bot.ts";
import { startStandInDify } from "./dify/server.ts";
import { startStandInIm } from "./im/server.ts";
import { checkPort } from "./port.ts";
import { localSecretValue } from "./secret-value.ts";
import type { Settings } from "./settings.ts";
import { makeConversationView } from "./terminal/conversation-view.ts";
import { readSentMessage } from "./terminal/sent-message.ts";

export interface LocalBridge {
  readonly url: string;
  /** Undefined where a real Dify is used. */
  readonly standInDifyUrl: string | undefined;
  close(): Promise<void>;
}

const stage = "local";

/** Starts everything on this machine: what deploys, and what stands in for AWS, Dify and the IM. */
export const startLocalBridge = async (
  settings: Settings,
  write: (text: string) => void,
): Promise<LocalBridge> => {
  const closers: (() => Promise<unknown>)[] = [];
  const close = async (): Promise<void> => {
    // One that does not close must not keep the others open.
    for (const closeOne of closers.splice(0).reverse()) await closeOne().catch(() => undefined);
  };

  try {
    await checkPort(settings.port);
    const demoDify = await findDemoDify(settings);
    const view = makeConversationView(write);
    const im = await startStandInIm({
      ...settings,
      onHappening: ({ message, added }) =>
        view.streamed(message.messageUID, message.fromUserId, message.targetId, added, message.complete),
    });
    closers.push(im.close);
    const dify = await startStandInDify({});
    closers.push(dify.close);

    const assemblyDir = await mkdtemp(join(tmpdir(), "bot-bridge-"));
    closers.push(() => rm(assemblyDir, { recursive: true }));
    const { allowPrivateCallbacks, rongcloudApiUrl = im.url } = settings;
    const config = makeConfig({ stage, rongcloudApiUrl, allowPrivateCallbacks });
    // Validation takes two seconds; tests and deployments have it.
    makeApp(config, { outdir: assemblyDir, builtinCloudFormationValidation: false }).synth();

    const hostAliases = new URL("./host-aliases.ts", import.meta.url);
    if (!settings.realDify) hostAliases.searchParams.set("api.dify.ai", new URL(dify.url).origin);
    const { port, appKey, appSecret, dataDir, dynamodbEndpoint, sqsEndpoint } = settings;
    const aws = await startLocalAws({
      assemblyDir,
      port,
      dataDir,
      dynamodbEndpoint,
      sqsEndpoint,
      secretValues: { [`bot-bridge-${stage}-apps`]: localSecretValue(appKey, appSecret) },
      preload: hostAliases.href,
      onExchange: ({ path, requestBody, statusCode }) => {
        const sent =
          path === "/message/private/publish.json" && statusCode === 200 && readSentMessage(requestBody);
        if (sent) view.said(sent.from, sent.to, sent.text);
      },
    });
    closers.push(aws.close);

    await createDemoBot(aws.url, settings, demoDify);
    return { url: aws.url, standInDifyUrl: settings.realDify ? undefined : new URL(dify.url).origin, close };
  } catch (error) {
    await close();
    throw error;
  }
};
