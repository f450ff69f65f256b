import { slotEnvironment } from "../capacity.ts";
import { callbackUrlsEnvironment } from "./environments.ts";
import type { ApiFunctionsParts, FunctionFactory } from "./factory.ts";

/** The maximum that API Gateway and Lambda allow for streamed responses. The turn itself ends one minute earlier. */
export const streamTimeoutSeconds = 900;

/** The functions that users call. */
export const makeChatFunctions = (
  { appFunction, appWebFunction }: FunctionFactory,
  { config, data }: ApiFunctionsParts,
) => {
  const userEnvironment = {
    BOTS_TABLE: data.bots.tableName,
    CONVERSATIONS_TABLE: data.conversations.tableName,
    TURNS_TABLE: data.turns.tableName,
    GUARDS_TABLE: data.guards.tableName,
    ...callbackUrlsEnvironment(config),
    CORS_ORIGINS: config.corsOrigins.join(","),
  };

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

  return { chatStream, chatControl };
};
