import { QueryCommand } from "@aws-sdk/lib-dynamodb";
import { makeSignedApi } from "#adapters/api-gateway/signed-api.ts";
import { makeBotsTable } from "#adapters/dynamodb/bots-table.ts";
import { signatureOf } from "#adapters/rongcloud/signature.ts";
import { makeVerifyCall } from "#adapters/rongcloud/verify-call.ts";
import type { AppSecrets } from "#adapters/secrets/app-secrets.ts";
import type { BotStore } from "#core/bot/bot.ts";
import type { ForwardCall } from "#core/intake/forward-call.ts";
import { makeBotRoutes } from "../../functions/bot-registry/routes.ts";
import { startTable } from "../support/dynamodb.ts";
import { type MemoryLog, makeMemoryLog } from "../support/memory-log.ts";
import { makeMemoryReplays } from "../support/memory-replays.ts";
import { makeTestClock, type TestClock } from "../support/test-clock.ts";
import { lambdaContext, proxyEvent } from "../unit/adapters/api-gateway/proxy-event.ts";
import { app } from "../unit/adapters/secrets/apps.ts";

export const endpoints = [
  "create",
  "update",
  "delete",
  "get",
  "query",
  "integration/create",
  "integration/update",
  "integration/delete",
] as const;

export type Endpoint = (typeof endpoints)[number];
export type Item = Record<string, unknown>;
type SentHeaders = Readonly<Record<string, string>>;

export interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: any reply of the endpoint, for a test to inspect.
  readonly body: any;
  /** The reply as the caller gets it. */
  readonly text: string;
}

export interface TestCaller {
  readonly appKey: string;
  /** Objects are sent as Gson writes them: without fields that are null. */
  call(endpoint: Endpoint, body: object | string | Buffer, headers?: SentHeaders): Promise<Answer>;
  /** The table's items of this app, except for the time of the last check of the bot limit. */
  items(): Promise<Item[]>;
}

export interface TestRegistry {
  readonly clock: TestClock;
  readonly log: MemoryLog;
  readonly store: BotStore;
  /** An app that no other test uses. */
  begin(): TestCaller;
  close(): Promise<void>;
}

const secret = "secret-of-app-one";

/** Signed as the Java SDK does: a timestamp in seconds and a numeric nonce. */
const sdkHeaders = (appKey: string, now: number): SentHeaders => {
  const nonce = String(Math.random() * 1_000_000);
  const timestamp = String(Math.floor(now / 1000));
  return {
    "App-Key": appKey,
    Nonce: nonce,
    Timestamp: timestamp,
    Signature: signatureOf(secret, nonce, timestamp),
    "User-Agent": "rc-java-sdk/3.8.5",
    "Content-Type": "application/json",
    "X-Request-ID": "0f1e2d3c4b5a69788796a5b4c3d2e1f0",
  };
};

const gson = (value: object): string =>
  JSON.stringify(value, (_name, each: unknown) => (each === null ? undefined : each));

const bytesOf = (body: object | string | Buffer): Buffer =>
  Buffer.isBuffer(body) ? body : Buffer.from(typeof body === "string" ? body : gson(body));

const knownApps: AppSecrets = {
  find: async (appKey) => (appKey.startsWith("app-") ? app({ appKey, secrets: [secret] }) : undefined),
  findFresh: async (appKey) => app({ appKey, secrets: [secret] }),
  lastKnown: (appKey) => app({ appKey, secrets: [secret] }),
};

/** The function as Lambda runs it, with a table of its own. */
export const startRegistry = async ({
  maxBots = 10,
  forwardCall,
}: {
  maxBots?: number;
  forwardCall?: ForwardCall;
} = {}): Promise<TestRegistry> => {
  const table = await startTable("bots");
  const { client, tableName } = table;
  const clock = makeTestClock();
  const log = makeMemoryLog();
  const store = makeBotsTable({ client, tableName, apps: knownApps, clock });
  const verifyCall = makeVerifyCall({
    apps: knownApps,
    replays: makeMemoryReplays(clock),
    clock,
    windowMs: 300_000,
  });
  const handler = makeSignedApi(
    { verifyCall, log },
    makeBotRoutes({ bots: store, clock, maxBots, allowPrivate: false, forwardCall }),
  );

  let appsSoFar = 0;
  const begin = (): TestCaller => {
    appsSoFar += 1;
    const appKey = `app-${appsSoFar}`;
    return {
      appKey,
      call: async (endpoint, body, headers = {}) => {
        const event = proxyEvent({
          path: `/v3/bot/${endpoint}.json`,
          headers: { ...sdkHeaders(appKey, clock.now()), ...headers },
          body: bytesOf(body).toString("base64"),
          isBase64Encoded: true,
        });
        const reply = await handler(event, lambdaContext);
        return {
          status: reply.statusCode,
          body: JSON.parse(reply.body),
          text: JSON.stringify(reply.headers) + reply.body,
        };
      },
      items: async () => {
        const { Items = [] } = await client.send(
          new QueryCommand({
            TableName: tableName,
            KeyConditionExpression: "appKey = :appKey",
            ExpressionAttributeValues: { ":appKey": appKey },
            ConsistentRead: true,
          }),
        );
        return Items.map(({ reservedAt: _asked, ...item }) => item);
      },
    };
  };
  return { clock, log, store, begin, close: table.close };
};
