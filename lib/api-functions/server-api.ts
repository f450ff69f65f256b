import { storyIndexName } from "../data-stack.ts";
import { callbackUrlsEnvironment, rongcloudEnvironment } from "./environments.ts";
import type { ApiFunctionsParts, FunctionFactory } from "./factory.ts";

const makeBotFunctions = ({ signedFunction }: FunctionFactory, { config, data }: ApiFunctionsParts) => {
  const botRegistry = signedFunction(
    "BotRegistry",
    "bot-registry",
    "Creates, updates, deletes and lists bots, and pauses them in chats",
    {
      BOTS_TABLE: data.bots.tableName,
      CONVERSATIONS_TABLE: data.conversations.tableName,
      BOTS_PER_APP: String(config.botsPerApp),
      ...callbackUrlsEnvironment(config),
      ...rongcloudEnvironment(config),
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
  botRegistry.allow(data.guards.tableArn, "dynamodb:GetItem", "dynamodb:UpdateItem");
  botRegistry.allow(data.conversations.tableArn, "dynamodb:UpdateItem");

  const integrationTest = signedFunction(
    "IntegrationTest",
    "integration-test",
    "Tests integrations by calling models and webhooks",
    { BOTS_TABLE: data.bots.tableName, ...callbackUrlsEnvironment(config) },
  );
  integrationTest.allow(data.bots.tableArn, "dynamodb:BatchGetItem");

  return { botRegistry, integrationTest };
};

const makeJobFunctions = (
  { signedFunction }: FunctionFactory,
  { config, data, messaging }: ApiFunctionsParts,
) => {
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

  return { turnQuery, deadLetters };
};

/** The functions that start turns and webhook calls. */
const makeIngressFunctions = (
  { signedFunction }: FunctionFactory,
  { config, data, messaging }: ApiFunctionsParts,
) => {
  const ingressEnvironment = {
    BOTS_TABLE: data.bots.tableName,
    GUARDS_TABLE: data.guards.tableName,
    TURNS_QUEUE_URL: messaging.turns.queue.queueUrl,
    WEBHOOKS_QUEUE_URL: messaging.webhooks.queue.queueUrl,
  };
  const messagePublish = signedFunction(
    "MessagePublish",
    "message-publish",
    "Accepts messages that an app server sends, and recalls",
    { ...ingressEnvironment, ...rongcloudEnvironment(config) },
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
  return { messagePublish, imCallback };
};

const makeUserFunctions = ({ signedFunction }: FunctionFactory, { config, data }: ApiFunctionsParts) => {
  const userToken = signedFunction(
    "UserToken",
    "user-token",
    "Issues and revokes user tokens, keeps profiles",
    {
      ...rongcloudEnvironment(config),
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
    ...callbackUrlsEnvironment(config),
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

  return { userToken, userData };
};

/** The functions that app servers and RongCloud call. */
export const makeServerFunctions = (factory: FunctionFactory, parts: ApiFunctionsParts) => ({
  ...makeBotFunctions(factory, parts),
  ...makeJobFunctions(factory, parts),
  ...makeIngressFunctions(factory, parts),
  ...makeUserFunctions(factory, parts),
});
