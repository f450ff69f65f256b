import type { Construct } from "constructs";
import { slotEnvironment } from "./capacity.ts";
import type { Config } from "./config.ts";
import { BridgeFunction } from "./constructs/bridge-function.ts";
import { BridgeWebFunction } from "./constructs/bridge-web-function.ts";
import type { Releases } from "./constructs/releases.ts";
import { type DataStack, storyIndexName } from "./data-stack.ts";
import type { FunctionName } from "./function-names.ts";
import type { MessagingStack } from "./messaging-stack.ts";
import { secretEnvironment } from "./secret-environment.ts";

/** API Gateway's 29 s limit for buffered responses, minus one second to send the response. */
const apiTimeoutSeconds = 28;

/** The maximum that API Gateway and Lambda allow for streamed responses. The turn itself ends one minute earlier. */
export const streamTimeoutSeconds = 900;

/** Without the addresses of the API, which is made after its functions (`ApiStack`). */
const consoleEnvironment = (
  {
    issuer,
    clientId,
    scopes,
    groupsClaim,
    allowedEmails,
    allowedGroups,
    sessionHours,
  }: NonNullable<Config["console"]>,
  { allowPrivateCallbacks }: Config,
): Readonly<Record<string, string>> => ({
  OIDC_ISSUER: issuer,
  OIDC_CLIENT_ID: clientId,
  OIDC_SCOPES: scopes.join(","),
  OIDC_GROUPS_CLAIM: groupsClaim,
  ALLOWED_EMAILS: allowedEmails.join(",").toLowerCase(),
  ALLOWED_GROUPS: allowedGroups.join(","),
  SESSION_HOURS: String(sessionHours),
  ALLOW_PRIVATE_CALLBACKS: allowPrivateCallbacks ? "1" : "0",
});

export interface ApiFunctionsParts {
  readonly config: Config;
  readonly data: DataStack;
  readonly messaging: MessagingStack;
  readonly releases: Releases;
}

/** Creates the functions behind the API's routes, each with its own permissions. */
export const makeApiFunctions = (scope: Construct, parts: ApiFunctionsParts) => {
  const { config, data, messaging, releases } = parts;

  const makeFunction = (
    id: string,
    name: FunctionName,
    description: string,
    environment: Readonly<Record<string, string>> = {},
    timeoutSeconds = apiTimeoutSeconds,
  ): BridgeFunction =>
    new BridgeFunction(scope, id, { name, description, timeoutSeconds, environment, config, releases });

  /** A function that reads the secrets of the apps. */
  const appFunction = (...[id, name, description, environment, ...more]: Parameters<typeof makeFunction>) => {
    const all = { ...secretEnvironment(data, config), ...environment };
    const fn = makeFunction(id, name, description, all, ...more);
    fn.allow(data.appSecrets.secretArn, "secretsmanager:GetSecretValue");
    return fn;
  };

  /** The same as a web function. */
  const appWebFunction = (
    id: string,
    name: FunctionName,
    description: string,
    environment: Readonly<Record<string, string>>,
    timeoutSeconds: number,
  ): BridgeWebFunction => {
    const web = new BridgeWebFunction(scope, id, {
      name,
      bundle: "chat-stream-server",
      description,
      timeoutSeconds,
      environment: { ...secretEnvironment(data, config), ...environment },
      requestsPerEnvironment: config.chat.requestsPerEnvironment,
      inFlight: config.chatsInFlight,
      config,
    });
    web.allow(data.appSecrets.secretArn, "secretsmanager:GetSecretValue");
    return web;
  };

  /** A function that accepts signed calls or callbacks, and records their signatures. */
  const signedFunction = (...[id, name, description, environment]: Parameters<typeof makeFunction>) => {
    const all = {
      SIGNATURE_WINDOW_SECONDS: String(config.signatureWindowSeconds),
      GUARDS_TABLE: data.guards.tableName,
      ...environment,
    };
    const fn = appFunction(id, name, description, all);
    fn.allow(data.guards.tableArn, "dynamodb:PutItem");
    return fn;
  };

  const callbackUrlsEnvironment = { ALLOW_PRIVATE_CALLBACKS: config.allowPrivateCallbacks ? "1" : "0" };
  const rongcloudEnvironment = {
    RONGCLOUD_API_URL: config.rongcloudApiUrl,
    PASS_THROUGH: config.passThrough ? "1" : "0",
  };
  const ingressEnvironment = {
    BOTS_TABLE: data.bots.tableName,
    GUARDS_TABLE: data.guards.tableName,
    TURNS_QUEUE_URL: messaging.turns.queue.queueUrl,
    WEBHOOKS_QUEUE_URL: messaging.webhooks.queue.queueUrl,
  };
  const userEnvironment = {
    BOTS_TABLE: data.bots.tableName,
    CONVERSATIONS_TABLE: data.conversations.tableName,
    TURNS_TABLE: data.turns.tableName,
    GUARDS_TABLE: data.guards.tableName,
    ...callbackUrlsEnvironment,
    CORS_ORIGINS: config.corsOrigins.join(","),
  };

  const botRegistry = signedFunction(
    "BotRegistry",
    "bot-registry",
    "Creates, updates, deletes and lists bots",
    {
      BOTS_TABLE: data.bots.tableName,
      BOTS_PER_APP: String(config.botsPerApp),
      ...callbackUrlsEnvironment,
      ...rongcloudEnvironment,
    },
  );
  botRegistry.allow(
    data.bots.tableArn,
    "dynamodb:PutItem",
    "dynamodb:UpdateItem",
    "dynamodb:DeleteItem",
    "dynamodb:Query",
    "dynamodb:BatchGetItem",
  );

  const integrationTest = signedFunction(
    "IntegrationTest",
    "integration-test",
    "Tests integrations by calling models and webhooks",
    { BOTS_TABLE: data.bots.tableName, ...callbackUrlsEnvironment },
  );
  integrationTest.allow(data.bots.tableArn, "dynamodb:BatchGetItem");

  const turnQuery = signedFunction("TurnQuery", "turn-query", "Finds turns and their usage", {
    TURNS_TABLE: data.turns.tableName,
    TURN_STORY_DAYS: String(config.turnStoryDays),
  });
  turnQuery.allow(data.turns.tableArn, "dynamodb:GetItem");
  turnQuery.allow(`${data.turns.tableArn}/index/${storyIndexName}`, "dynamodb:Query");

  const deadLetters = signedFunction("DeadLetters", "dead-letters", "Lists and redrives dead letters", {
    TURNS_TABLE: data.turns.tableName,
    TURNS_QUEUE_URL: messaging.turns.queue.queueUrl,
    TURNS_DEAD_LETTERS_URL: messaging.turns.deadLetters.queueUrl,
    WEBHOOKS_QUEUE_URL: messaging.webhooks.queue.queueUrl,
    WEBHOOKS_DEAD_LETTERS_URL: messaging.webhooks.deadLetters.queueUrl,
  });
  for (const jobs of [messaging.turns, messaging.webhooks]) jobs.addRedriver(deadLetters);
  // To run a job again, its record is deleted.
  deadLetters.allow(data.turns.tableArn, "dynamodb:DeleteItem", "dynamodb:GetItem");

  const messagePublish = signedFunction(
    "MessagePublish",
    "message-publish",
    "Accepts messages that an app server sends, and recalls",
    {
      ...ingressEnvironment,
      ...rongcloudEnvironment,
    },
  );

  const imCallback = signedFunction(
    "ImCallback",
    "im-callback",
    "Accepts RongCloud's callbacks: messages and bot events",
    { ...ingressEnvironment, BOT_CACHE_SECONDS: String(config.botCacheSeconds) },
  );

  for (const ingress of [messagePublish, imCallback]) {
    ingress.allow(data.bots.tableArn, "dynamodb:BatchGetItem", "dynamodb:GetItem");
    ingress.allow(data.guards.tableArn, "dynamodb:UpdateItem");
    ingress.allow(messaging.turns.queue.queueArn, "sqs:SendMessage");
    ingress.allow(messaging.webhooks.queue.queueArn, "sqs:SendMessage");
  }

  const userToken = signedFunction(
    "UserToken",
    "user-token",
    "Issues and revokes user tokens, keeps profiles",
    {
      ...rongcloudEnvironment,
      BOTS_TABLE: data.bots.tableName,
      USER_TOKEN_HOURS: String(config.userTokenHours),
    },
  );
  userToken.allow(data.guards.tableArn, "dynamodb:UpdateItem", "dynamodb:GetItem");
  userToken.allow(data.bots.tableArn, "dynamodb:BatchGetItem");

  const userData = signedFunction("UserData", "user-data", "Exports and erases what is stored of a user", {
    BOTS_TABLE: data.bots.tableName,
    CONVERSATIONS_TABLE: data.conversations.tableName,
    TURNS_TABLE: data.turns.tableName,
    TURN_STORY_DAYS: String(config.turnStoryDays),
    ...callbackUrlsEnvironment,
  });
  userData.allow(data.bots.tableArn, "dynamodb:GetItem", "dynamodb:BatchGetItem");
  userData.allow(
    data.conversations.tableArn,
    "dynamodb:GetItem",
    "dynamodb:UpdateItem",
    "dynamodb:DeleteItem",
  );
  userData.allow(data.turns.tableArn, "dynamodb:GetItem", "dynamodb:DeleteItem");
  userData.allow(`${data.turns.tableArn}/index/${storyIndexName}`, "dynamodb:Query");
  userData.allow(
    data.guards.tableArn,
    "dynamodb:GetItem",
    "dynamodb:BatchGetItem",
    "dynamodb:UpdateItem",
    "dynamodb:BatchWriteItem",
  );

  const chatStreamParts = [
    "chat-stream",
    "Streams a bot's answer to a client",
    {
      ...userEnvironment,
      TURN_STORY_DAYS: String(config.turnStoryDays),
      TURNS_PER_MINUTE: String(config.turnsPerMinute),
      TURNS_AT_ONCE: String(config.turnsAtOnce),
      ...slotEnvironment(config.chatsInFlight, config),
      // A reservation bounds the function too, without a write per answer.
      SLOTS_IN_TOTAL:
        config.reservedConcurrency["chat-stream"] === undefined ? String(config.chatsInFlight) : "",
    },
    streamTimeoutSeconds,
  ] as const;
  const chatStream =
    config.chat.host === "web"
      ? appWebFunction("ChatStreamWeb", ...chatStreamParts)
      : appFunction("ChatStream", ...chatStreamParts);
  chatStream.allow(data.conversations.tableArn, "dynamodb:GetItem", "dynamodb:UpdateItem");
  chatStream.allow(data.turns.tableArn, "dynamodb:UpdateItem", "dynamodb:GetItem");
  chatStream.allow(
    data.guards.tableArn,
    "dynamodb:UpdateItem",
    "dynamodb:GetItem",
    "dynamodb:PutItem",
    "dynamodb:BatchGetItem",
  );

  const chatControl = appFunction(
    "ChatControl",
    "chat-control",
    "Stops and rates answers, suggests questions, reads and deletes conversations, takes uploads",
    { ...userEnvironment, TURNS_PER_MINUTE: String(config.turnsPerMinute) },
  );
  chatControl.allow(data.conversations.tableArn, "dynamodb:GetItem", "dynamodb:UpdateItem");
  chatControl.allow(data.turns.tableArn, "dynamodb:GetItem", "dynamodb:UpdateItem");
  chatControl.allow(data.guards.tableArn, "dynamodb:GetItem", "dynamodb:UpdateItem");

  for (const chat of [chatStream, chatControl]) chat.allow(data.bots.tableArn, "dynamodb:BatchGetItem");

  const console =
    config.console &&
    appFunction(
      "Console",
      "console",
      "Serves the console, and signs the calls that its page makes",
      consoleEnvironment(config.console, config),
    );

  const about = makeFunction("About", "about", "Serves the OpenAPI document and the health check");

  const unknownPath = signedFunction(
    "UnknownPath",
    "unknown-path",
    "Forwards unknown paths to RongCloud, or answers 404",
    rongcloudEnvironment,
  );

  return {
    botRegistry,
    integrationTest,
    turnQuery,
    deadLetters,
    messagePublish,
    imCallback,
    userToken,
    userData,
    chatStream,
    chatControl,
    console,
    about,
    unknownPath,
  };
};

export type ApiFunctions = ReturnType<typeof makeApiFunctions>;
