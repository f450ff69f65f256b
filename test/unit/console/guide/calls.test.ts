import { describe, expect, test } from "@jest/globals";
import type * as v from "valibot";
import { parseFormBody, parseJsonBody } from "#adapters/api-gateway/parse-body.ts";
import {
  connectDify,
  createBot,
  deleteBot,
  readBot,
  setFilter,
} from "../../../../console/src/pages/guide/calls/bot-calls.ts";
import { testCallback } from "../../../../console/src/pages/guide/calls/callback-calls.ts";
import { getToken, readTurn } from "../../../../console/src/pages/guide/calls/chat-calls.ts";
import {
  mentionBot,
  replyAsBot,
  sendQuestion,
  tryFilter,
} from "../../../../console/src/pages/guide/calls/message-calls.ts";
import type { Call } from "../../../../console/src/pages/guide/command/call.ts";
import { faultyField } from "../../../../console/src/pages/guide/field-fault.ts";
import { type FieldName, initialValues, type Values } from "../../../../console/src/pages/guide/values.ts";
import { botIdSchema, botIdsSchema, botSchema } from "../../../../functions/bot-registry/bot-schema.ts";
import {
  integrationSchema,
  integrationUpdateSchema,
} from "../../../../functions/bot-registry/integration-requests.ts";
import { routedMessageSchema } from "../../../../functions/im-callback/routed-message-schema.ts";
import {
  groupMessageSchema,
  privateMessageSchema,
  repeatableFields,
} from "../../../../functions/message-publish/message-schema.ts";
import { turnGetSchema } from "../../../../functions/turn-query/query-schema.ts";
import { userSchema } from "../../../../functions/user-token/user-schema.ts";

const values: Values = {
  ...initialValues({ bridgeUrl: "https://bots.example.com/dev", local: null }),
  webhookUrl: "https://app.example.com/callback",
  difyKey: "app-0123456789abcdef",
  turn: "a-turn",
};

/** Parses a call as the bridge does. */
const parsed = (schema: v.GenericSchema, { body }: Call): unknown => {
  if (body === undefined) throw new Error("the call has no body");
  if ("json" in body) return parseJsonBody(schema, Buffer.from(JSON.stringify(body.json)));
  return parseFormBody(schema, Buffer.from(new URLSearchParams(body.form).toString()), repeatableFields);
};

const rules = { allowPrivate: false };

const calls: readonly { name: string; callOf: (given: Values) => Call; schema: v.GenericSchema }[] = [
  { name: "creates a bot", callOf: createBot, schema: botSchema(rules) },
  { name: "adds a Dify app", callOf: connectDify, schema: integrationSchema(rules) },
  { name: "reads the bot", callOf: readBot, schema: botIdsSchema },
  { name: "sets a filter", callOf: setFilter, schema: integrationUpdateSchema(rules) },
  { name: "deletes the bot", callOf: deleteBot, schema: botIdSchema },
  { name: "sends a question", callOf: sendQuestion, schema: privateMessageSchema },
  { name: "answers as the bot", callOf: replyAsBot, schema: privateMessageSchema },
  { name: "mentions the bot", callOf: mentionBot, schema: groupMessageSchema },
  { name: "tries the filter", callOf: tryFilter, schema: privateMessageSchema },
  { name: "gets a token", callOf: getToken, schema: userSchema },
  { name: "reads a turn", callOf: readTurn, schema: turnGetSchema },
];

/** Longer than any field may be, and not a URL. Only a message may be longer than a whole body of JSON. */
const wrongFor = ({ body }: Call): string => "x".repeat(body && "form" in body ? 140_000 : 2_000);

const messageFor = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  throw new Error("the bridge would accept it");
};

const fieldsOf = (call: Call): FieldName[] => Object.values(call.sent);

describe.each(calls)("the call that $name", ({ callOf, schema }) => {
  test("is one that the bridge accepts, with the values that the page begins with", () => {
    expect(() => parsed(schema, callOf(values))).not.toThrow();
  });

  test.each(fieldsOf(callOf(values)))("names %s when the bridge refuses it", (name) => {
    const call = callOf({ ...values, [name]: wrongFor(callOf(values)) });
    const message = messageFor(() => parsed(schema, call));
    expect(faultyField(message, call.sent)).toBe(name);
  });
});

describe("the test callback", () => {
  test("is a message of the full message route", () => {
    const { body } = testCallback(values, 1_795_822_764_374);
    const form = body && "form" in body ? body.form : {};
    expect(
      parseFormBody(routedMessageSchema(0), Buffer.from(new URLSearchParams(form).toString())),
    ).toMatchObject({
      channelType: "bot",
      message: { fromUserId: "user-002", toUserId: "bot-guide", msgTimestamp: 1_795_822_764_374 },
    });
  });

  test("is a message of its own each time, since the bridge answers copies once", () => {
    const idOf = (sentAt: number): unknown => {
      const { body } = testCallback(values, sentAt);
      const form = body && "form" in body ? body.form : {};
      const routed = parseFormBody(routedMessageSchema(0), Buffer.from(new URLSearchParams(form).toString()));
      return routed.channelType === "bot" ? routed.message.msgUID : undefined;
    };
    expect(idOf(1)).not.toBe(idOf(2));
  });
});

test("a message about no field of the page marks none", () => {
  const { sent } = createBot(values);
  for (const message of ["bot limit reached: 10 per app", "constructor: must be a string", ""])
    expect(faultyField(message, sent)).toBeUndefined();
});
