import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { beforeAll, describe, expect, test } from "@jest/globals";
import { makeBotsTable } from "#adapters/dynamodb/bots-table.ts";
import { systemClock } from "#adapters/node/system-clock.ts";
import { makeSignUserToken } from "#adapters/secrets/sign-user-token.ts";
import { type Bot, BotError, createBotClient } from "../../client/src/index.ts";
import { startDynamoDb } from "../../local/aws/dynamodb.ts";
import { lambdaEnvironment } from "../../local/aws/lambda/environment.ts";
import { startSecrets } from "../../local/aws/secrets.ts";
import { type DifySimulator, startDifySimulator } from "../../local/dify/server.ts";
import { closeAfterAll, closeAfterEach } from "../support/close-after.ts";
import { makeClient } from "../support/dynamodb.ts";
import { eventually } from "../support/eventually.ts";
import { projectRoot } from "../support/local-run.ts";
import { synthesise } from "../support/synthesised.ts";
import { bot, difyIntegration } from "../support/turns.ts";
import { app, appsOf } from "../unit/adapters/secrets/apps.ts";

// chat-stream as an HTTP server, on this machine: functions/chat-stream/server.ts in a process of its own, with local
// tables, secrets and Dify.

interface Server {
  readonly process: ChildProcess;
  readonly url: string;
  readonly close: () => Promise<unknown>;
}

const testApp = app();
const encoded = (keys: typeof testApp.dataKeys) =>
  keys.map(({ id, key }) => ({ id, key: key.toString("base64") }));
const gatewaySecretId = "gateway-secret";

let dify: DifySimulator;
let environment: Record<string, string>;
let addBot: (apiKey: string) => Promise<string>;

beforeAll(async () => {
  const { assembly } = synthesise({ allowPrivateCallbacks: true });
  const lambda = assembly.functions.find(({ logicalId }) => logicalId.startsWith("ChatStreamFunction"));
  if (!lambda) throw new Error("there is no function chat-stream");
  const dynamodb = closeAfterAll(
    await startDynamoDb({ tables: assembly.tables, endpoint: undefined, dataDir: undefined }),
  );
  const apps = {
    [testApp.appKey]: {
      secrets: testApp.secrets,
      dataKeys: encoded(testApp.dataKeys),
      tokenKeys: encoded(testApp.tokenKeys),
    },
  };
  const [secret] = assembly.secrets;
  if (!secret) throw new Error("there is no secret");
  const secrets = closeAfterAll(
    await startSecrets({
      secrets: assembly.secrets,
      values: { [secret.name]: JSON.stringify({ apps }), [gatewaySecretId]: "shared" },
    }),
  );
  dify = closeAfterAll(await startDifySimulator({ paceMs: 20 }));
  environment = {
    ...lambda.environment,
    ...lambdaEnvironment(lambda, { dynamodb: dynamodb.endpoint, secrets: secrets.url, sqs: "" }),
    AWS_LAMBDA_HTTP_ENDPOINT: "127.0.0.1:0",
    TIMEOUT_SECONDS: "900",
  };
  const client = makeClient(dynamodb.endpoint);
  closeAfterAll({ close: () => client.destroy() });
  const bots = makeBotsTable({
    client,
    clock: systemClock,
    tableName: environment.BOTS_TABLE ?? "",
    apps: appsOf(testApp),
  });
  addBot = async (apiKey) => {
    const userId = `bot-${randomUUID()}`;
    const integrations = [difyIntegration({ callbackUrl: dify.url, apiKey })];
    await bots.create(testApp.appKey, bot({ userId, integrations }), Number.MAX_SAFE_INTEGER);
    return userId;
  };
}, 60_000);

const startServer = async (given: Record<string, string> = {}): Promise<Server> => {
  const child = spawn(process.execPath, ["functions/chat-stream/server.ts"], {
    cwd: projectRoot,
    env: { ...environment, ...given },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let log = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      log += text;
    });
  }
  const closed = once(child, "close");
  const close = (): Promise<unknown> => {
    child.kill("SIGKILL");
    return closed;
  };
  closeAfterEach({ close });
  let port = "";
  await eventually(() => {
    port = /"event":"listening".*"port":(\d+)/.exec(log)?.[1] ?? "";
    if (port === "") throw new Error(`the server does not listen:\n${log}`);
  });
  return { process: child, url: `http://127.0.0.1:${port}`, close };
};

const signToken = makeSignUserToken({ clock: systemClock, lifeMs: 600_000 });

const botAt = async (url: string, botId: string, userId: string): Promise<Bot> =>
  createBotClient({ url, token: await signToken(testApp, { userId, bots: undefined }) }).bot(botId);

/** Asks again if the answer could not begin: the local tables share this process, and a busy machine makes them slow. */
const answerOf = async (
  to: Bot,
  question: string,
  triesLeft = 3,
): Promise<{ text: string; last: string }> => {
  let text = "";
  let last = "";
  try {
    for await (const event of to.chat(question)) {
      last = event.type;
      if ("text" in event) text = event.text;
    }
    return { text, last };
  } catch (error) {
    if (!(error instanceof BotError && error.retryable && triesLeft > 1)) throw error;
    return answerOf(to, question, triesLeft - 1);
  }
};

describe("chat-stream as an HTTP server on this machine", () => {
  test("streams eight answers at once to eight users, each its own", async () => {
    const { url } = await startServer();
    const botId = await addBot("app-many");
    const answers = await Promise.all(
      Array.from({ length: 8 }, async (_, user) =>
        answerOf(await botAt(url, botId, `user-${user}`), `I am number ${user}.`),
      ),
    );
    for (const [user, { text, last }] of answers.entries()) {
      expect(last).toBe("end");
      expect(text).toContain(`I am number ${user}.`);
    }
  }, 60_000);

  test("ends its streams after SIGTERM, and then ends itself", async () => {
    const server = await startServer();
    const ended = once(server.process, "close");
    dify.configure("app-slow", { paceMs: 100 });
    const asking = answerOf(
      await botAt(server.url, await addBot("app-slow"), "user-slow"),
      "Slowly, please.",
    );
    await eventually(() => expect(dify.requests.map(({ key }) => key)).toContain("app-slow"));
    server.process.kill("SIGTERM");
    const { text, last } = await asking;
    expect([last, text.includes("Slowly, please.")]).toEqual(["end", true]);
    expect((await ended)[0]).toBe(0);
  }, 60_000);

  test("serves only the gateway if it shares a secret with one", async () => {
    const { url } = await startServer({ GATEWAY_SECRET_ID: gatewaySecretId });
    const status = async (headers: Record<string, string>) =>
      (await fetch(`${url}/v1/bots/b/chat`, { method: "POST", body: "{}", headers })).status;
    expect(await status({})).toBe(403);
    // Let in, and then refused because it has no token.
    expect(await status({ "x-bot-bridge-gateway": "shared" })).toBe(401);
  }, 60_000);
});
