import { integrationGroups, modelGroups } from "#adapters/bot-requests/integration-groups.ts";

/** Descriptions that schemas share. */
export interface PropertyDescriptions {
  /** Names of schemas in the document. */
  readonly schemas: readonly string[];
  /** By path within each schema, such as `auth.apiKey`; items of arrays and alternatives add nothing to a path. */
  readonly properties: Readonly<Record<string, string>>;
}

const newIntegrationName = ({ name }: { readonly name: string }): string => `${name}Integration`;
const storedIntegrationNames = ({ name }: { readonly name: string }): readonly string[] => [
  `Replacement${name}Integration`,
  `${name}IntegrationUpdate`,
];

const newModelIntegrations = modelGroups.map(newIntegrationName);
const storedModelIntegrations = modelGroups.flatMap(storedIntegrationNames);
const sentIntegrations = [
  ...integrationGroups.map(newIntegrationName),
  ...integrationGroups.flatMap(storedIntegrationNames),
];

const sender = "User ID of the sender.";
const messageType = "Type of the message, such as `RC:TxtMsg`.";
const messageUID = "ID of the message.";

/**
 * Descriptions of the properties whose schemas have none. The functions' schemas are part of their bundles, so they have
 * descriptions only where a rule of the code needs one.
 */
export const propertyDescriptions: readonly PropertyDescriptions[] = [
  {
    schemas: ["BotId", "IntegrationId", "NewBot", "BotUpdate", "Bot"],
    properties: { userId: "The bot's user ID, unique within the app." },
  },
  { schemas: ["BotIds"], properties: { userIds: "The bots' user IDs." } },
  {
    schemas: ["BotQuery"],
    properties: {
      page: "Page number, starting at 1.",
      pageSize: "Number of bots per page.",
      includeIntegration: "Whether to return the bots' integrations.",
    },
  },
  {
    schemas: ["NewBot", "BotUpdate", "Bot"],
    properties: {
      name: "The name that users see.",
      type: "A label that the app chooses, such as `assistant`; it has no effect.",
      profileUrl: "URL of the bot's picture.",
      integrations: "The bot's integrations.",
    },
  },
  {
    schemas: ["IntegrationTest"],
    properties: {
      userId: "The bot of the stored integration, or of the draft.",
    },
  },
  {
    schemas: ["IntegrationTestReply"],
    properties: {
      ok: "Whether every check passed.",
      checks: "What was looked at, in this order. The first that fails may end the test.",
      inputs: "Only for a Dify app that answered: the variables that it declares, at most 100.",
    },
  },
  {
    schemas: ["IntegrationCheck"],
    properties: {
      name: "What was looked at.",
      ok: "Whether it is as it must be.",
      detail: "What came back and what it means, as a sentence for a person.",
    },
  },
  {
    schemas: ["DifyApp"],
    properties: {
      name: "The app's name in Dify.",
      mode: "The app's mode, such as `advanced-chat`; null before Dify 1.0.",
      description: "The app's description in Dify.",
    },
  },
  {
    schemas: ["DeclaredInput"],
    properties: {
      name: "The name of the variable.",
      label: "Its label in Dify.",
      type: "Its type in Dify, such as `text-input`, `paragraph`, `select` or `number`.",
      required: "Whether Dify refuses a question without it.",
      maxLength: "The most characters that it may have; null if any number.",
      options: "The values to choose from, of a select.",
      filledBy:
        "What the bridge fills it with: a path in the event, such as `data.fromUserId`, a pair of the bot's metadata, such as `metadata.tone`, or `text`, the text of the message. Null: nothing.",
      fault:
        "Why Dify would refuse questions because of it. `missing`: it is required, and nothing fills it. `too_short`: what fills it can be longer than `maxLength`. `wrong_option`: what fills it can be none of `options`. `wrong_type`: it does not accept what fills it. Null: nothing is wrong.",
    },
  },
  {
    schemas: ["BotChat", "BotPause"],
    properties: {
      userId: "User ID of the bot.",
      channelType: "Whether it is a private chat or a group.",
      targetId: "The user, or the group.",
      fromUserId: "Only for groups: one of the members. If omitted, all of them.",
    },
  },
  {
    schemas: ["BotPause"],
    properties: {
      until:
        "When the bot answers again: milliseconds since the epoch, or ISO 8601 with a time zone. At most 30 days from now.",
    },
  },
  {
    schemas: ["BotChatReply"],
    properties: {
      pausedUntil: "When the bot answers again, in milliseconds since the epoch; null if it is not paused.",
    },
  },
  {
    schemas: ["Bot"],
    properties: { metadata: "The bot's metadata, sent with each event. Values are strings." },
  },
  {
    schemas: [...sentIntegrations, "BotIntegration"],
    properties: { enabled: "Whether the integration runs. A disabled one keeps its settings." },
  },
  { schemas: sentIntegrations, properties: { type: "What the integration calls." } },
  {
    schemas: newModelIntegrations,
    properties: {
      auth: "Credentials for the model's server.",
      "auth.apiKey": "The model server's API key. Replies contain it masked.",
    },
  },
  {
    schemas: storedModelIntegrations,
    properties: { "auth.apiKey": "The model server's API key, in full or masked." },
  },
  {
    schemas: ["BotIntegration"],
    properties: {
      callbackUrl: "For webhooks, the app server's URL; for models, the base URL of their API.",
      objectNames:
        "Message types that trigger the integration; if empty, all except signals such as read receipts.",
      events:
        "Events that trigger the integration; if empty, `message:private` and `message:group_mentioned`.",
      stream: "Whether the answer is sent while it is generated, or in one message at the end.",
      handleResponse: "Whether the answer is sent to the user.",
      waitForInputCompletion: "As it was sent; it has no effect.",
      gentleResponse: "As it was sent; it has no effect.",
      options: "The options that were sent.",
      auth: "Credentials for the model's server; absent for webhooks.",
    },
  },
  {
    schemas: ["BotsReply"],
    properties: {
      bots: "The bots of this page, or those that were asked for.",
      total: "Number of bots in all pages.",
      hasNext: "Whether there is another page.",
    },
  },

  {
    schemas: ["TurnQuery", "TurnIds", "UsageQuery"],
    properties: {
      since: "Only turns that were accepted at this time or later.",
      until: "Only turns that were accepted before this time.",
    },
  },
  {
    schemas: ["TurnQuery", "Turn", "ExportedTurn"],
    properties: {
      userId: "The bot's user ID.",
      conversation:
        "The name of the conversation, which a client over HTTP may give; as a filter also a group's ID.",
      outcome:
        "How the turn ended; `running` if it has not. `undelivered`: the IM did not accept the answer. `limited`: `detail` names the limit that was reached. `refused`: the request was not valid or came too soon; `code` says why.",
    },
  },
  {
    schemas: ["TurnQuery", "TurnIds", "Turn", "ExportedTurn"],
    properties: { fromUserId: "ID of the user who sent the message." },
  },
  {
    schemas: ["TurnQuery"],
    properties: { page: "Page number, starting at 1.", pageSize: "Number of turns per page." },
  },
  {
    schemas: ["TurnIds", "Turn", "ExportedTurn"],
    properties: {
      turn: "ID of the turn. That of a turn over HTTP is in its `start` event.",
      msgUID: "ID of the message; of a turn over HTTP, its turn.",
      messageId: "Dify's ID of the answer.",
      requestId: "`X-Request-ID` of the request that caused the turn.",
    },
  },
  { schemas: ["UsageQuery"], properties: { by: "What the turns are grouped by. Days are those of UTC." } },
  {
    schemas: ["Turn", "ExportedTurn"],
    properties: {
      channel: "`im`: a message of the IM, or one that an app server sent. `http`: a question of a client.",
      user: "The user's pseudonym in the log.",
      channelType: "Whether the message was private or in a group.",
      targetId: "The group, or the user.",
      traceId: "Trace ID of that request.",
      code: "Why it failed.",
      detail:
        "More about the failure, for operators: codes and numbers, or the name of the limit that was reached.",
      acceptedAt: "When the message was accepted, in milliseconds since the epoch, as all times.",
      askedAt: "When the model or the webhook was called first.",
      firstTextAt: "When the model sent the first text.",
      firstSentAt: "When the IM or the client got the first text.",
      lastTextAt: "When the model sent the last text.",
      deliveredAt: "When the end of the answer was delivered.",
      endedAt: "When the turn ended.",
      tries: "How often the job was handed to a worker.",
      tookOver: "Whether a worker went on with the answer of one that died.",
      modelCalls: "How often the model was called.",
      chunks: "Calls with text of the answer that the IM accepted, or text events of the response.",
      refusals: "Calls of the answer that the IM refused.",
      rateLimited: "Those of them that were over the IM's rate.",
      taskId: "Dify's ID of the task.",
      conversationId: "Dify's ID of the conversation.",
      usage: "What the answer cost, as the model reports it.",
      "usage.promptTokens": "Tokens of the question.",
      "usage.completionTokens": "Tokens of the answer.",
      "usage.totalTokens": "All tokens.",
      "usage.totalPrice": "Price, a decimal number.",
      "usage.currency": "Currency of the price.",
      question: "The question, if the app keeps texts (`storyText`); only in `/v3/turn/get.json`.",
      answer: "The answer, likewise.",
    },
  },
  {
    schemas: ["DeadLetterQuery"],
    properties: {
      queue: "Only jobs for models (`turns`), or events for webhooks (`webhooks`).",
      userId: "Only those of this bot.",
      fromUserId: "Only those of this user.",
      msgUID: "Only those of this message.",
      limit: "How many are listed at most.",
    },
  },
  {
    schemas: ["DeadLetterRedrive"],
    properties: {
      ids: "The `id` of each dead letter.",
      filter: "Which dead letters, as in the query. An empty object: all of the app.",
      "filter.queue": "Only jobs for models (`turns`), or events for webhooks (`webhooks`).",
      "filter.userId": "Only those of this bot.",
      "filter.fromUserId": "Only those of this user.",
      "filter.msgUID": "Only those of this message.",
    },
  },
  {
    schemas: ["DeadLetter"],
    properties: {
      id: "ID of the dead letter, to redrive it.",
      queue: "`turns`: a job for a model. `webhooks`: an event for a webhook.",
      turn: "ID of the turn, for `/v3/turn/get.json`.",
      msgUID: "ID of the message.",
      event: "What happened.",
      userId: "The bot's user ID.",
      fromUserId: "User ID of the sender.",
      user: "Pseudonym of the sender, as in the log.",
      channelType: "`PERSON`: a private chat. `GROUP`: a group.",
      targetId: "The group, or in a private chat the user.",
      reason: "Why it was given up. Of an unexpected error only the name; the log has the rest.",
      tries: "How often a worker tried it; null if SQS gave it up.",
      acceptedAt: "When the message was accepted, in milliseconds since the epoch.",
      givenUpAt: "When it was given up, in milliseconds since the epoch.",
      redrivenAt: "When it was last redriven, in milliseconds since the epoch.",
    },
  },
  {
    schemas: ["DeadLettersReply", "RedriveReply"],
    properties: {
      isComplete: "Whether all of the app's dead letters were looked at, or all of the IDs found.",
    },
  },
  {
    schemas: ["DeadLettersReply"],
    properties: { deadLetters: "The dead letters, those given up first at the beginning." },
  },
  { schemas: ["RedriveReply"], properties: { results: "One for each ID, in their order." } },
  {
    schemas: ["RedriveResult"],
    properties: {
      id: "ID of the dead letter.",
      status:
        "`redriven`: it runs again. `already_done`: the job has ended in the meantime; it was removed. `running`: a worker has it. `given_up_again`: it failed at once. `failed`: it is still there. `not_found`: the app has no such dead letter. `not_reached`: the call ended before it was found; send the ID again.",
      outcome: "How the job had ended, if it is already done.",
    },
  },
  { schemas: ["TurnsReply", "FoundTurnsReply"], properties: { turns: "The turns, newest first." } },
  { schemas: ["TurnsReply"], properties: { hasNext: "Whether there is another page." } },
  {
    schemas: ["TurnsReply", "FoundTurnsReply", "UsageReply"],
    properties: {
      isComplete: "Whether the call read all turns that it was asked for.",
      continueUntil: "If not: the `until` of the call that goes on.",
    },
  },
  {
    schemas: ["UsageReply"],
    properties: {
      usage: "The groups, in the order of their names.",
      "usage.group": "The day, the bot, the user or the integration.",
      "usage.turns": "Number of turns.",
      "usage.outcomes": "Number of turns with each outcome.",
      "usage.promptTokens": "Tokens of the questions.",
      "usage.completionTokens": "Tokens of the answers.",
      "usage.totalTokens": "All tokens.",
      "usage.price": "Sum of the prices in each currency, a decimal number.",
    },
  },
  {
    schemas: ["UserExport"],
    properties: { cursor: "The `next` of the page before; absent for the first page." },
  },
  {
    schemas: ["UserErasure"],
    properties: { until: "The `continueUntil` of the call before; absent for the first call." },
  },
  {
    schemas: ["UserExportReply"],
    properties: { items: "The data.", next: "The `cursor` of the next page; absent in the last one." },
  },
  {
    schemas: [
      "ExportedProfile",
      "ExportedConversation",
      "ExportedTurn",
      "ExportedMessage",
      "ExportFailure",
      "NotListed",
    ],
    properties: { kind: "What the item is." },
  },
  {
    schemas: ["ExportedConversation", "ExportedMessage", "ExportFailure", "NotListed"],
    properties: { bot: "The bot's user ID.", integration: "Type of the bot's integration." },
  },
  {
    schemas: ["ExportedProfile"],
    properties: { name: "The user's name.", portraitUri: "URL of the user's picture." },
  },
  {
    schemas: ["ExportedConversation"],
    properties: {
      channelType: "Whether it is private or in a group.",
      targetId: "The group, or the bot.",
      conversation: "Its name, if a client gave one.",
      turns: "Number of turns.",
    },
  },
  {
    schemas: ["ExportedMessage"],
    properties: {
      conversationId: "Dify's ID of the conversation.",
      messageId: "Dify's ID of the message.",
      question: "The question.",
      answer: "The answer.",
    },
  },
  {
    schemas: ["ExportFailure"],
    properties: { code: "Why: `upstream_unavailable` or `upstream_refused`." },
  },
  {
    schemas: ["UserErasureReply"],
    properties: {
      isComplete: "Whether nothing is left that can be erased, of what the call was to look at.",
      erased: "What this call erased.",
      "erased.turns": "Number of turns.",
      "erased.conversations": "Number of conversations that the bridge continued.",
      "erased.modelConversations": "Number of conversations in Dify.",
      inProgress: "Turns that have not ended yet.",
      failed: "Dify apps that did not erase.",
      "failed.bot": "The bot's user ID.",
      "failed.integration": "Type of the bot's integration.",
      "failed.code": "Why: `upstream_unavailable` or `upstream_refused`.",
      notErasable: "Dify apps that keep answers, and have no call that deletes them.",
      "notErasable.bot": "The bot's user ID.",
      "notErasable.integration": "Type of the bot's integration.",
    },
  },
  {
    schemas: ["User"],
    properties: {
      userId: "The user's ID, chosen by the app.",
      name: "The user's name, which `/user/info.json` returns.",
      portraitUri: "URL of the user's picture, which `/user/info.json` returns.",
    },
  },
  {
    schemas: ["UserProfile"],
    properties: {
      userId: "The user's ID.",
      name: "The user's new name. If omitted, it does not change.",
      portraitUri: "URL of the user's new picture. If omitted, it does not change.",
    },
  },
  {
    schemas: ["UserProfileReply"],
    properties: {
      userName: "The name of the user or bot; empty if it is not known.",
      userPortrait: "URL of the picture; empty if it is not known.",
      createTime:
        "When the user's first token was issued or the bot was created, such as `2026-01-01 08:00:00`, in UTC; empty if the user is not known.",
    },
  },
  { schemas: ["TokenExpiry"], properties: { userId: "The users' IDs." } },
  {
    schemas: ["TokenReply"],
    properties: {
      userId: "The user's ID.",
      token:
        "The user's token for the calls under Chat. If the service is in front of RongCloud, RongCloud's own token instead.",
      botToken: "The user's token for the calls under Chat, if `token` is RongCloud's; otherwise absent.",
      imToken:
        "RongCloud's token, if the setting `token` of the app makes `token` the bridge's; otherwise absent.",
    },
  },

  {
    schemas: ["PrivateMessage", "GroupMessage", "RoutedMessage"],
    properties: { fromUserId: sender, objectName: messageType },
  },
  { schemas: ["PrivateMessage"], properties: { toUserId: "User IDs of the recipients: users or bots." } },
  {
    schemas: ["GroupMessage"],
    properties: {
      toGroupId: "IDs of the groups.",
      toUserId: "Members who receive the message; if empty, all members of the group.",
      isMentioned: "1 if the message mentions users. With 0, mentions in its content have no effect.",
    },
  },
  {
    schemas: ["MessageRecall"],
    properties: {
      fromUserId: "User ID of the person or bot that sent the message, or of an admin.",
      conversationType: "Kind of conversation: `1` is a private chat, `3` a group.",
      targetId: "User ID of the message's recipient; for groups, the group's ID.",
      messageUID: "ID of the message, which the call that sent it returned.",
      sentTime: "When the message was sent, in milliseconds since the epoch.",
      isAdmin: "1 if an admin takes back the message of another user.",
      isDelete: "1 if clients show no notice in place of the message.",
    },
  },
  {
    schemas: ["PrivateStreamChunk", "GroupStreamChunk"],
    properties: {
      fromUserId: "User ID of the bot that sends the message.",
      objectName: "Always `RC:StreamMsg`.",
    },
  },
  { schemas: ["PrivateStreamChunk"], properties: { toUserId: "User ID of the recipient." } },
  { schemas: ["GroupStreamChunk"], properties: { toGroupId: "ID of the group." } },
  {
    schemas: ["StreamChunkContent"],
    properties: {
      seq: "Position of the chunk in the message: 1, 2, 3, without gaps.",
      complete: "Whether this is the last chunk.",
      completeReason: "Why the message ends, in the last chunk; 0: it is complete.",
      messageUID: "ID of the message, which the first chunk's call returned; absent in the first chunk.",
    },
  },
  { schemas: ["StreamChunkReply"], properties: { messageUID } },
  {
    schemas: ["RoutedMessage"],
    properties: {
      toUserId: "User ID of the recipient; for groups, the group's ID.",
      channelType: "Kind of conversation. Only `PERSON` and `GROUP` can trigger bots.",
      msgTimestamp:
        "When the message was sent, in milliseconds since the epoch. If omitted, the time of the callback.",
      msgUID: `${messageUID} If omitted, it is derived from the other fields.`,
      source: "The sender's platform, such as `iOS`.",
      groupUserIds: "Members who receive a group message, if it does not go to all of them.",
    },
  },
  {
    schemas: ["BotEvent"],
    properties: {
      timestamp:
        "When the event occurred, in milliseconds since the epoch. If omitted, the time of the callback.",
      data: "The message or the other subject of the event.",
      "data.fromUserId": sender,
      "data.toUserId": "User ID of the recipient; for groups, the group's ID.",
      "data.objectName": messageType,
      "data.channelType": "Kind of conversation: private chat or group.",
      "data.msgTimestamp":
        "When the message was sent, in milliseconds since the epoch. If omitted, `timestamp`.",
      "data.msgUID": `${messageUID} If omitted, it is derived from the other fields.`,
      "data.source": "The sender's platform, such as `iOS`.",
    },
  },
  {
    schemas: ["PrivateMessageReply", "GroupMessageReply"],
    properties: { messageUIDs: "One entry for each target.", "messageUIDs.messageUID": messageUID },
  },
  { schemas: ["PrivateMessageReply"], properties: { "messageUIDs.userId": "User ID of the recipient." } },
  { schemas: ["GroupMessageReply"], properties: { "messageUIDs.groupId": "ID of the group." } },

  {
    schemas: ["ChatQuestion"],
    properties: { files: "Files that belong to the question.", "files.type": "Kind of file." },
  },
];
