import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { parseJsonBody } from "../../../../functions/adapters/api-gateway/parse-body.ts";
import { botSchema } from "../../../../functions/bot-registry/bot-schema.ts";
import { eventTypes } from "../../../../functions/core/event-type.ts";
import { jsonOf, refusalOf } from "../../adapters/api-gateway/refusal.ts";

type Fields = Readonly<Record<string, unknown>>;

const webhook = (given: Fields = {}): Fields => ({
  type: "webhook",
  callbackUrl: "https://yourserver.com/callback",
  ...given,
});

const dify = (given: Fields = {}): Fields => ({
  type: "dify_chat",
  callbackUrl: "https://api.dify.ai/v1",
  auth: { apiKey: "app-1234567890" },
  ...given,
});

const bot = (given: Fields = {}): Fields => ({
  userId: "bot-helpdesk",
  name: "Helpdesk",
  type: "faq",
  profileUrl: "https://example.com/bot.png",
  integrations: [],
  ...given,
});

const parse = (body: Fields, allowPrivate = false) =>
  parseJsonBody(botSchema({ allowPrivate }), jsonOf(body));
const refusal = (body: Fields) => refusalOf(() => parse(body));
const integrationOf = (given: Fields) => parse(bot({ integrations: [given] })).integrations[0];

const url = (length: number): string => {
  const head = "https://example.com/";
  return head + "x".repeat(length - head.length);
};
const pairs = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, at) => [`k${at}`, "v"]));

describe("a bot", () => {
  test("is read with what it may leave out filled in", () => {
    expect(parse(bot())).toEqual({ ...bot(), metadata: {} });
  });

  test.each(["userId", "name", "type", "profileUrl", "integrations"])("must have its %s", (field) => {
    expect(refusal(bot({ [field]: undefined }))).toEqual({
      code: 1002,
      errorMessage: `${field}: is required, got nothing`,
    });
  });

  test.each<[string, Fields]>([
    ["a userId of 1 character", { userId: "b" }],
    ["a userId of 64 characters", { userId: "b".repeat(64) }],
    ["a name of 128 characters", { name: "n".repeat(128) }],
    ["a name in any script", { name: "客服机器人 😀" }],
    ["a type of 128 characters", { type: "t".repeat(128) }],
    ["a profileUrl of 256 characters", { profileUrl: url(256) }],
    ["16 pairs of metadata", { metadata: pairs(16) }],
    ["a metadata key of 32 characters", { metadata: { ["k".repeat(32)]: "v" } }],
    ["a metadata value of 128 characters", { metadata: { k: "v".repeat(128) } }],
  ])("may have %s", (_name, given) => {
    expect(parse(bot(given))).toEqual({ ...bot({ metadata: {} }), ...given });
  });

  test.each<[string, Fields, number, string]>([
    ["an empty userId", { userId: "" }, 1002, 'userId: must not be empty, got ""'],
    [
      "a userId of 65 characters",
      { userId: "b".repeat(65) },
      1005,
      "userId: at most 64 characters, got 65 characters",
    ],
    ["a userId that is a number", { userId: 7 }, 1002, "userId: must be a text, got 7"],
    ["an empty name", { name: "" }, 1002, 'name: must not be empty, got ""'],
    [
      "a name of 129 characters",
      { name: "n".repeat(129) },
      1005,
      "name: at most 128 characters, got 129 characters",
    ],
    ["an empty type", { type: "" }, 1002, 'type: must not be empty, got ""'],
    [
      "a type of 129 characters",
      { type: "t".repeat(129) },
      1005,
      "type: at most 128 characters, got 129 characters",
    ],
    ["an empty profileUrl", { profileUrl: "" }, 1002, 'profileUrl: must not be empty, got ""'],
    [
      "a profileUrl of 257 characters",
      { profileUrl: url(257) },
      1005,
      "profileUrl: at most 256 characters, got 257 characters",
    ],
    [
      "a profileUrl that is none",
      { profileUrl: "bot.png" },
      1002,
      'profileUrl: must be a URL, got "bot.png"',
    ],
    ["metadata that is no map", { metadata: "x" }, 1002, 'metadata: must be a map, got "x"'],
    ["17 pairs of metadata", { metadata: pairs(17) }, 1002, "metadata: at most 16 pairs, got 17"],
    ["an empty metadata value", { metadata: { k: "" } }, 1002, 'metadata.k: must not be empty, got ""'],
    [
      "a metadata value of 129 characters",
      { metadata: { k: "v".repeat(129) } },
      1005,
      "metadata.k: at most 128 characters, got 129 characters",
    ],
    [
      "a metadata value that is a map",
      { metadata: { k: {} } },
      1002,
      "metadata.k: must be a text, a number or a boolean, got {}",
    ],
    [
      "a metadata value that is null",
      { metadata: { k: null } },
      1002,
      "metadata.k: must be a text, a number or a boolean, got null",
    ],
    ["integrations that are no list", { integrations: {} }, 1002, "integrations: must be a list, got {}"],
  ])("may not have %s", (_name, given, code, errorMessage) => {
    expect(refusal(bot(given))).toEqual({ code, errorMessage });
  });

  test("may not have an empty metadata key, nor one of 33 characters", () => {
    expect(refusal(bot({ metadata: { "": "v" } }))).toMatchObject({ code: 1002 });
    expect(refusal(bot({ metadata: { ["k".repeat(33)]: "v" } }))).toMatchObject({ code: 1005 });
  });

  test("keeps numbers and booleans of its metadata as texts, as the guide sends them", () => {
    const metadata = { version: 1, ratio: 1.5, beta: true, off: false, tone: "formal" };
    expect(parse(bot({ metadata })).metadata).toEqual({
      version: "1",
      ratio: "1.5",
      beta: "true",
      off: "false",
      tone: "formal",
    });
  });

  test.each(["__proto__", "constructor", "prototype"])(
    "refuses metadata called %s instead of losing it",
    (name) => {
      const metadata = JSON.parse(`{"tone":"formal","${name}":"v"}`);
      expect(refusal(bot({ metadata }))).toEqual({
        code: 1002,
        errorMessage:
          "metadata: must not have a key called __proto__, constructor, prototype, got a map of 2",
      });
    },
  );

  test("keeps metadata under every other key of 1 to 32 characters", () => {
    const key = fc.oneof(
      fc.constantFrom("toString", "hasOwnProperty"),
      fc
        .string({ minLength: 1, maxLength: 32 })
        .filter((name) => !["__proto__", "constructor", "prototype"].includes(name)),
    );
    fc.assert(
      fc.property(key, (name) =>
        expect(parse(bot({ metadata: { [name]: "v" } })).metadata).toEqual({ [name]: "v" }),
      ),
    );
  });
});

describe("an integration", () => {
  const filledIn = { enabled: true, objectNames: [], events: [], stream: true, handleResponse: true };

  test("of an app's server is read with what it may leave out filled in", () => {
    expect(integrationOf(webhook())).toEqual({ ...webhook(), ...filledIn });
  });

  test.each(["dify_chat", "dify_completion", "dify_chatflow", "dify_agent", "dify_workflow"])(
    "of type %s is read with its key out of auth",
    (type) => {
      expect(integrationOf(dify({ type }))).toEqual({
        type,
        callbackUrl: "https://api.dify.ai/v1",
        apiKey: "app-1234567890",
        ...filledIn,
      });
    },
  );

  test("is read with what it says otherwise", () => {
    const said = {
      enabled: false,
      objectNames: ["RC:TxtMsg", "app:Order"],
      events: ["message:private", "group:bot_join"],
      stream: false,
      handleResponse: false,
    };
    expect(integrationOf(webhook(said))).toEqual({ ...webhook(), ...said });
  });

  test("takes every event of the contract, and message:group for message:group_mentioned", () => {
    expect(integrationOf(webhook({ events: eventTypes }))?.events).toEqual(eventTypes);
    expect(integrationOf(webhook({ events: ["message:group"] }))?.events).toEqual([
      "message:group_mentioned",
    ]);
  });

  test.each<[string, Fields, number, unknown]>([
    ["without a type", webhook({ type: undefined }), 1002, "integrations[0].type: is required, got nothing"],
    [
      "of an unknown type",
      webhook({ type: "dify" }),
      1002,
      expect.stringMatching(/^integrations\[0\]\.type: must be one of webhook, dify_chat, .*, got "dify"$/),
    ],
    [
      "without a callbackUrl",
      webhook({ callbackUrl: undefined }),
      1002,
      "integrations[0].callbackUrl: is required, got nothing",
    ],
    [
      "with a callbackUrl that is none",
      webhook({ callbackUrl: "yourserver" }),
      1002,
      'integrations[0].callbackUrl: must be a URL, got "yourserver"',
    ],
    [
      "with a callbackUrl into the network",
      webhook({ callbackUrl: "https://169.254.169.254/" }),
      1002,
      'integrations[0].callbackUrl: must not name a special address, got "https://169.254.169.254/"',
    ],
    [
      "with a callbackUrl of 1025 characters",
      webhook({ callbackUrl: url(1025) }),
      1005,
      "integrations[0].callbackUrl: at most 1024 characters, got 1025 characters",
    ],
    [
      "that is enabled by a text",
      webhook({ enabled: "true" }),
      1002,
      'integrations[0].enabled: must be true or false, got "true"',
    ],
    [
      "that streams by a number",
      webhook({ stream: 1 }),
      1002,
      "integrations[0].stream: must be true or false, got 1",
    ],
    [
      "with handleResponse null",
      webhook({ handleResponse: null }),
      1002,
      "integrations[0].handleResponse: must be true or false, got null",
    ],
    [
      "with objectNames as a text",
      webhook({ objectNames: "RC:TxtMsg" }),
      1002,
      'integrations[0].objectNames: must be a list, got "RC:TxtMsg"',
    ],
    [
      "with an objectName of 33 characters",
      webhook({ objectNames: ["x".repeat(33)] }),
      1005,
      "integrations[0].objectNames[0]: at most 32 characters, got 33 characters",
    ],
    [
      "with an unknown event",
      webhook({ events: ["message:private", "message:any"] }),
      1002,
      expect.stringMatching(
        /^integrations\[0\]\.events\[1\]: must be one of message:private, .*, got "message:any"$/,
      ),
    ],
    [
      "of Dify without auth",
      dify({ auth: undefined }),
      1002,
      "integrations[0].auth: is required, got nothing",
    ],
    [
      "of Dify without a key",
      dify({ auth: {} }),
      1002,
      "integrations[0].auth.apiKey: is required, got nothing",
    ],
    [
      "of Dify with an empty key",
      dify({ auth: { apiKey: "" } }),
      1002,
      "integrations[0].auth.apiKey: must not be empty, got a text of 0 characters",
    ],
    [
      "of Dify with a key of 513 characters",
      dify({ auth: { apiKey: "k".repeat(513) } }),
      1005,
      "integrations[0].auth.apiKey: at most 512 characters, got 513 characters",
    ],
  ])("%s is refused, and told so by its path", (_name, given, code, errorMessage) => {
    expect(refusal(bot({ integrations: [given] }))).toEqual({ code, errorMessage });
  });

  test("that is wrong is named by its place in the list", () => {
    const refused = refusal(bot({ integrations: [webhook(), dify({ auth: {} })] }));
    expect(refused?.errorMessage).toBe("integrations[1].auth.apiKey: is required, got nothing");
  });

  test("may stand beside one of each other type, and not beside a second of its own", () => {
    const both = bot({ integrations: [webhook(), dify(), dify({ type: "dify_workflow" })] });
    expect(parse(both).integrations.map(({ type }) => type)).toEqual([
      "webhook",
      "dify_chat",
      "dify_workflow",
    ]);
    const twice = bot({
      integrations: [dify(), webhook(), dify({ callbackUrl: "https://dify.example.com/v1" })],
    });
    expect(refusal(twice)).toMatchObject({
      code: 1002,
      errorMessage: expect.stringMatching(/^integrations: at most one integration of each type, got /),
    });
  });

  test("on one machine may lead to a neighbour, and deployed not", () => {
    const near = bot({ integrations: [dify({ callbackUrl: "http://127.0.0.1:5001/v1" })] });
    expect(parse(near, true).integrations[0]?.callbackUrl).toBe("http://127.0.0.1:5001/v1");
    expect(refusal(near)).toMatchObject({ code: 1002 });
  });
});
