import { readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import * as v from "valibot";
import { toApiRequest } from "#adapters/api-gateway/api-request.ts";
import { parseFormBody, parseJsonBody } from "#adapters/api-gateway/parse-body.ts";
import type { Bot, BotStore } from "#core/bot/bot.ts";
import { makeBotRoutes } from "../../functions/bot-registry/routes.ts";
import { makeWholeAnswer } from "../../functions/chat-stream/whole-answer.ts";
import { documentFile } from "../../openapi/document-file.ts";
import type { Operation, RequestBody } from "../../openapi/operation.ts";
import { operations } from "../../openapi/operations.ts";
import { anyAnswer } from "../support/chat/any-events.ts";
import { makeTestClock } from "../support/test-clock.ts";
import { proxyEvent } from "./adapters/api-gateway/proxy-event.ts";
import { jsonOf } from "./adapters/api-gateway/refusal.ts";
import { app } from "./adapters/secrets/apps.ts";

type Json = Readonly<Record<string, unknown>>;

const document = JSON.parse(readFileSync(documentFile, "utf8"));

/**
 * Formats are not asserted: JSON Schema's `uri` rejects URLs that URL accepts, such as ones with letters
 * beyond ASCII.
 */
const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, validateFormats: false });
ajv.addVocabulary(["components", "discriminator"]);

/** The errors of a value against one of the document's schemas. */
const faultsBy = (schema: object) => {
  const validate = ajv.compile({ ...schema, components: document.components });
  return (value: unknown): unknown[] => (validate(value) ? [] : (validate.errors ?? []));
};

const faultsOfBody = ({ path, method }: Operation, { contentType }: RequestBody) =>
  faultsBy(document.paths[path][method].requestBody.content[contentType].schema);
const faultsOfReply = ({ path, method }: Operation) =>
  faultsBy(document.paths[path][method].responses["200"].content["application/json"].schema);

const withBody = operations.flatMap((operation) =>
  operation.body ? [{ path: operation.path, operation, body: operation.body }] : [],
);

const withReply = operations.flatMap((operation) => {
  const { path, method, reply } = operation;
  return reply ? [{ path, method, operation, reply }] : [];
});

const formOf = (fields: Json): Buffer => {
  const form = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) {
    for (const each of [value].flat()) form.append(name, String(each));
  }
  return Buffer.from(String(form));
};

const listsIn = (fields: Json): string[] => Object.keys(fields).filter((name) => Array.isArray(fields[name]));

const parse = ({ contentType, schema }: RequestBody, fields: Json): unknown =>
  contentType === "application/json"
    ? parseJsonBody(schema, jsonOf(fields))
    : parseFormBody(schema, formOf(fields), listsIn(fields));

describe("an example in the API's description", () => {
  test.each(withBody)(
    "of a request to $path is accepted by its schema, and by the document",
    ({ operation, body }) => {
      expect(() => parse(body, body.example)).not.toThrow();
      expect(faultsOfBody(operation, body)(body.example)).toEqual([]);
    },
  );

  test.each(withReply)(
    "of a reply to $method $path matches the schema of its reply, and the document",
    (given) => {
      const { operation, reply } = given;
      expect(v.is(reply.schema, reply.example)).toBe(true);
      expect(faultsOfReply(operation)(reply.example)).toEqual([]);
    },
  );
});

describe("the bot routes", () => {
  const bot: Bot = {
    userId: "bot-001",
    name: "Helpdesk",
    type: "assistant",
    profileUrl: "https://example.com/bot.png",
    metadata: { version: "1" },
    integrations: [
      {
        type: "dify_chat",
        enabled: true,
        callbackUrl: "https://api.dify.ai/v1",
        objectNames: ["RC:TxtMsg"],
        events: ["message:private"],
        stream: true,
        handleResponse: true,
        options: {},
        maskedApiKey: "app-****3f9c",
      },
    ],
    createdAt: 1767225600000,
    updatedAt: 1767225600000,
  };
  /** Has one bot, and accepts everything. */
  const bots: BotStore = {
    create: async () => "created",
    update: async () => ({ status: "updated" }),
    delete: async () => true,
    find: async () => [bot],
    page: async () => ({ bots: [bot], total: 1 }),
    ids: async () => new Set([bot.userId]),
    findWithKeys: async () => undefined,
    preview: async () => ({ status: "unknown_bot" }),
    addIntegration: async () => "added",
    updateIntegration: async () => ({ status: "updated" }),
    removeIntegration: async () => "removed",
  };
  const routes = makeBotRoutes({
    bots,
    clock: makeTestClock(),
    maxBots: 10,
    allowPrivate: false,
    forwardCall: undefined,
  });

  test("are all described", () => {
    expect(Object.keys(routes).filter((path) => !Object.hasOwn(document.paths, path))).toEqual([]);
  });

  test.each(withBody.filter(({ path }) => Object.hasOwn(routes, path)))(
    "answer the example for $path as described",
    async ({ path, operation, body }) => {
      const request = toApiRequest(proxyEvent({ path, body: JSON.stringify(body.example) }));
      const reply = { code: 200, ...(await routes[path]?.(app(), request)) };
      expect(faultsOfReply(operation)(reply)).toEqual([]);
    },
  );
});

describe("a whole answer", () => {
  const chat = operations.find(({ id }) => id === "chat");

  test("is as described, whatever Dify sends", () => {
    if (!chat) throw new Error("the chat route is not described");
    const faultsOf = faultsOfReply(chat);
    let answered = 0;
    fc.assert(
      fc.property(anyAnswer, (events) => {
        const answer = makeWholeAnswer(events.length % 2 === 0 ? [] : ["reasoning", "file"]);
        for (const event of events) answer.emit(event);
        const { statusCode, body } = answer.reply();
        if (statusCode !== 200) return;
        answered += 1;
        expect(faultsOf(JSON.parse(String(body)))).toEqual([]);
      }),
    );
    expect(answered).toBeGreaterThan(0);
  });
});

type Path = readonly (string | number)[];
interface Change {
  readonly at: Path;
  readonly to: unknown;
}

/** The path of everything in a value, and of extra fields in its objects. */
const placesIn = (value: unknown, at: Path = []): Path[] => {
  if (Array.isArray(value)) return [at, ...value.flatMap((item, index) => placesIn(item, [...at, index]))];
  if (typeof value !== "object" || value === null) return [at];
  const held = Object.entries(value).flatMap(([key, item]) => placesIn(item, [...at, key]));
  return [at, ...held, ...otherFields.map((key) => [...at, key])];
};

const otherFields = [
  "events",
  "objectNames",
  "stream",
  "enabled",
  "options",
  "metadata",
  "auth",
  "name",
  "extra",
];

/** `undefined` removes the value. */
const put = (value: unknown, [key, ...rest]: Path, to: unknown): unknown => {
  if (key === undefined) return to;
  const changed = new Map(Object.entries(value ?? {}));
  changed.set(String(key), put(changed.get(String(key)), rest, to));
  const entries = [...changed].filter(([, item]) => item !== undefined);
  return Array.isArray(value) ? entries.map(([, item]) => item) : Object.fromEntries(entries);
};

const lengths = [0, 1, 32, 33, 64, 65, 128, 129, 256, 257, 512, 513, 1024, 1025];
const aValue = fc.oneof(
  fc.constant(undefined),
  fc.constantFrom(...lengths).map((length) => "x".repeat(length)),
  fc.constantFrom(...lengths).map((length) => "😀".repeat(length)),
  fc.constantFrom(...lengths).map((length) => Array.from({ length }, () => "x")),
  fc
    .constantFrom(15, 16, 17)
    .map((size) => Object.fromEntries(lengths.slice(0, size).map((n) => [`k${n}`, n]))),
  fc.constantFrom<unknown>(0, 1, 1.5, 100, 101, 1e6, true, false, null, [], {}, { apiKey: "app-****" }),
  fc.constantFrom<unknown>(
    { filter: { contains: ["x"] } },
    { everyone: true },
    { context: "group", errorText: "x" },
    "group:bot_join",
    "GROUP",
    "1",
  ),
  fc.constantFrom<unknown>("https://example.com", "HTTP://example.com/ä", "webhook", "dify_agent", "{}"),
  fc.constantFrom<unknown>(["message:group"], ["message:private"], ["message:any"], ["RC:TxtMsg"]),
  fc.dictionary(fc.string({ maxLength: 34 }), fc.oneof(fc.string(), fc.double(), fc.boolean())),
  fc.jsonValue(),
);

/** valibot accepts an array for an object without required fields. */
const isListForMap = ({ at, to }: Change): boolean =>
  ["options", "filter", "data"].includes(String(at.at(-1))) && Array.isArray(to);

/** An example with up to three changes. */
const near = (example: Json): fc.Arbitrary<unknown> => {
  const at = fc.constantFrom(...placesIn(example).slice(1));
  const change = fc.record<Change>({ at, to: aValue }).filter((made) => !isListForMap(made));
  return fc
    .array(change, { maxLength: 3 })
    .map((changes) => changes.reduce<unknown>((body, made) => put(body, made.at, made.to), example))
    .map((body) => JSON.parse(JSON.stringify(body)));
};

describe("the description and the functions agree:", () => {
  /** RongCloud's callbacks may contain more than is documented: an optional field may be anything. */
  const strict = withBody.filter(({ operation }) => operation.caller !== "rongcloud");

  test.each(strict)("the document accepts whatever $path accepts", ({ operation, body }) => {
    const faultsOf = faultsOfBody(operation, body);
    let acceptedCount = 0;
    fc.assert(
      fc.property(near(body.example), (sent) => {
        if (!v.is(body.schema, sent)) return;
        acceptedCount += 1;
        expect(faultsOf(sent)).toEqual([]);
      }),
      { numRuns: 500 },
    );
    expect(acceptedCount).toBeGreaterThan(100);
  });

  const change = (path: string, at: Path, to: unknown) => ({ path, at, to, field: at.join(".") });

  test.each([
    change("/v3/bot/create.json", ["userId"], undefined),
    change("/v3/bot/create.json", ["userId"], ""),
    change("/v3/bot/create.json", ["name"], "n".repeat(129)),
    change("/v3/bot/create.json", ["profileUrl"], "ftp://example.com/bot.png"),
    change("/v3/bot/create.json", ["metadata"], []),
    change(
      "/v3/bot/create.json",
      ["metadata"],
      Object.fromEntries(Array.from({ length: 17 }, (_, n) => [n, n])),
    ),
    change("/v3/bot/create.json", ["metadata", "k".repeat(33)], "v"),
    change("/v3/bot/create.json", ["metadata", "k"], {}),
    change("/v3/bot/create.json", ["metadata", "k"], "v".repeat(129)),
    change("/v3/bot/create.json", ["integrations"], undefined),
    change("/v3/bot/create.json", ["integrations", 0, "type"], "coze"),
    change("/v3/bot/create.json", ["integrations", 0, "events"], ["message:any"]),
    change("/v3/bot/create.json", ["integrations", 0, "options"], { shout: true }),
    change("/v3/bot/create.json", ["integrations", 1, "auth"], undefined),
    change("/v3/bot/create.json", ["integrations", 1, "auth", "apiKey"], "two words"),
    change("/v3/bot/update.json", ["integrations", 0, "stream"], "yes"),
    change("/v3/bot/get.json", ["userIds"], []),
    change(
      "/v3/bot/get.json",
      ["userIds"],
      Array.from({ length: 21 }, () => "b"),
    ),
    change("/v3/bot/query.json", ["pageSize"], 101),
    change("/v3/bot/query.json", ["page"], 1.5),
    change("/v3/bot/integration/create.json", ["callbackUrl"], undefined),
    change("/v3/bot/integration/update.json", ["type"], undefined),
    change("/v3/bot/integration/delete.json", ["type"], "coze"),
    change("/message/private/publish.json", ["toUserId"], []),
    change("/message/private/publish.json", ["content"], undefined),
    change("/message/group/publish.json", ["toGroupId"], ["a", "b", "c", "d"]),
    change("/message/group/publish.json", ["isMentioned"], "yes"),
    change("/callbacks/rongcloud/messages", ["msgTimestamp"], "today"),
    change("/callbacks/rongcloud/bot-events", ["bot"], undefined),
    change("/callbacks/rongcloud/bot-events", ["type"], "message:any"),
    change("/user/getToken.json", ["userId"], "u 7"),
    change("/user/getToken.json", ["bots"], []),
    change("/user/token/expire.json", ["userId"], []),
    change("/user/token/expire.json", ["userId"], ["u 7"]),
    change("/user/token/expire.json", ["time"], "1767225600"),
    change("/v1/bots/{userId}/chat", ["content"], undefined),
    change("/v1/bots/{userId}/chat", ["content"], ""),
    change("/v1/bots/{userId}/chat", ["content"], "x".repeat(131_073)),
    change("/v1/bots/{userId}/chat", ["conversation"], null),
    change("/v1/bots/{userId}/chat", ["conversation"], "x".repeat(65)),
    change("/v1/bots/{userId}/chat", ["integration"], "webhook"),
    change("/v1/bots/{userId}/chat", ["files", 0, "type"], "pdf"),
    change("/v1/bots/{userId}/chat", ["files", 0, "url"], undefined),
    change("/v1/bots/{userId}/turns/{turn}/feedback", ["rating"], "love"),
    change("/v1/bots/{userId}/turns/{turn}/feedback", ["rating"], undefined),
    change("/v1/bots/{userId}/turns/{turn}/feedback", ["content"], ""),
  ])("both reject $to as $field at $path", ({ path, at, to }) => {
    const found = withBody.find((each) => each.path === path);
    if (!found) throw new Error(`no operation at ${path}`);
    const sent = put(found.body.example, at, to);
    expect(v.is(found.body.schema, sent)).toBe(false);
    expect(faultsOfBody(found.operation, found.body)(sent)).not.toEqual([]);
  });
});
