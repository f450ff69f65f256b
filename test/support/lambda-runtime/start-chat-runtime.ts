import { randomUUID } from "node:crypto";
import { makeBotsTable } from "#adapters/dynamodb/bots-table.ts";
import { makeChatTurnsTable } from "#adapters/dynamodb/chat-turns-table.ts";
import { noStories } from "#adapters/dynamodb/story-attributes.ts";
import { systemClock } from "#adapters/node/system-clock.ts";
import { makeSignUserToken } from "#adapters/secrets/sign-user-token.ts";
import type { ChatTurnStore } from "#core/chat/chat-turn.ts";
import { startDynamoDb } from "../../../local/aws/dynamodb.ts";
import { startSecrets } from "../../../local/aws/secrets.ts";
import { makeShutdown } from "../../../local/aws/shutdown.ts";
import { readAssembly } from "../../../local/aws/template/read-assembly.ts";
import { type ProfileInput, startDifySimulator } from "../../../local/dify/server.ts";
import { app, appsOf } from "../../unit/adapters/secrets/apps.ts";
import { makeClient } from "../dynamodb.ts";
import { bot, difyIntegration } from "../turns.ts";
import { type RunningFunction, startFunction } from "./running-function.ts";

/** A user of the test's own, and a bot of that user's own. */
export interface ChatPair {
  readonly userId: string;
  readonly botId: string;
  readonly token: string;
}

export interface ChatRuntime {
  readonly appKey: string;
  readonly chatStream: RunningFunction;
  readonly chatControl: RunningFunction;
  readonly turns: ChatTurnStore;
  /** The bot's Dify app follows the profile. */
  readonly pair: (profile?: ProfileInput) => Promise<ChatPair>;
  /** Makes DynamoDB stop answering. */
  readonly failTables: () => Promise<void>;
  readonly close: () => Promise<void>;
}

const given = (name: string): string => {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set: npm run test:runtime sets it`);
  return value;
};

const testApp = app();
const encoded = (keys: typeof testApp.dataKeys) =>
  keys.map(({ id, key }) => ({ id, key: key.toString("base64") }));
const secretValue = JSON.stringify({
  apps: {
    [testApp.appKey]: {
      secrets: testApp.secrets,
      dataKeys: encoded(testApp.dataKeys),
      tokenKeys: encoded(testApp.tokenKeys),
    },
  },
});

/** The deployed bundles under Lambda's own runtime, with local tables, secrets and Dify. */
export const startChatRuntime = async (): Promise<ChatRuntime> => {
  const client = given("RUNTIME_CLIENT");
  const assembly = readAssembly(given("ASSEMBLY_DIR"));
  const lambdaOf = (logicalId: string) => {
    const lambda = assembly.functions.find((each) => each.logicalId.startsWith(logicalId));
    if (!lambda) throw new Error(`the assembly has no function ${logicalId}`);
    return lambda;
  };
  const { track, close } = makeShutdown();
  try {
    const values = Object.fromEntries(assembly.secrets.map(({ name }) => [name, secretValue]));
    const [dynamodb, secrets, dify] = await Promise.all([
      track(startDynamoDb({ tables: assembly.tables, endpoint: undefined, dataDir: undefined })),
      track(startSecrets({ secrets: assembly.secrets, values })),
      track(startDifySimulator()),
    ]);
    const endpoints = { dynamodb: dynamodb.endpoint, secrets: secrets.url, sqs: "" };
    const [chatStream, chatControl] = await Promise.all([
      track(startFunction(client, lambdaOf("ChatStream"), endpoints)),
      track(startFunction(client, lambdaOf("ChatControl"), endpoints)),
    ]);

    const { BOTS_TABLE = "", TURNS_TABLE = "" } = lambdaOf("ChatStream").environment;
    const table = { client: makeClient(dynamodb.endpoint), clock: systemClock };
    const bots = makeBotsTable({ ...table, tableName: BOTS_TABLE, apps: appsOf(testApp) });
    const signToken = makeSignUserToken({ clock: systemClock, lifeMs: 60_000 });
    return {
      appKey: testApp.appKey,
      chatStream,
      chatControl,
      turns: makeChatTurnsTable({ ...table, tableName: TURNS_TABLE, stories: noStories }),
      pair: async (profile = {}) => {
        const name = randomUUID();
        const [userId, botId, apiKey] = [`user-${name}`, `bot-${name}`, `app-${name}`];
        dify.configure(apiKey, profile);
        const integrations = [difyIntegration({ callbackUrl: dify.url, apiKey })];
        await bots.create(testApp.appKey, bot({ userId: botId, integrations }), Number.MAX_SAFE_INTEGER);
        return { userId, botId, token: await signToken(testApp, { userId, bots: undefined }) };
      },
      failTables: dynamodb.close,
      close: async () => {
        table.client.destroy();
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
};
