import { describe, expect, test } from "@jest/globals";
import { parseJsonBody } from "#adapters/api-gateway/parse-body.ts";
import { filterKinds } from "#core/bot/keyword-filter.ts";
import { groupContexts } from "#core/bot/options.ts";
import { toBotReply } from "../../../../functions/bot-registry/bot-reply.ts";
import { botSchema } from "../../../../functions/bot-registry/bot-schema.ts";
import { bot as botOf, difyIntegration, webhookIntegration } from "../../../support/turns.ts";
import { jsonOf, refusalOf } from "../../adapters/api-gateway/refusal.ts";
import { added, botUpdate, changed, newBot } from "./integration-requests.ts";
import { bot, dify, type Fields, notAnOption, webhook } from "./samples.ts";

const parse = (options: unknown) =>
  parseJsonBody(botSchema({ allowPrivate: false }), jsonOf(bot({ integrations: [webhook({ options })] })))
    .integrations[0]?.options;
const refusal = (options: unknown) => refusalOf(() => parse(options));

const filter = {
  contains: ["order", "订单"],
  startsWith: ["/help"],
  endsWith: ["please"],
  equals: ["hi"],
  matches: ["^#\\d+$", "(?i)refund"],
};
const entries = (count: number, entry = "x"): string[] => Array.from({ length: count }, () => entry);

describe("options", () => {
  test.each<[string, Fields]>([
    ["none", {}],
    ["a filter with every kind of condition", { filter }],
    ["a filter with one kind of condition", { filter: { equals: ["hi"] } }],
    ["a filter with an empty array along with another", { filter: { contains: [], equals: ["hi"] } }],
    [
      "a filter with arrays and strings of maximum length",
      { filter: { contains: entries(32, "x".repeat(128)) } },
    ],
    ["a filter with patterns of maximum length", { filter: { matches: entries(3, "x".repeat(256)) } }],
    ["a filter with the maximum number of patterns", { filter: { matches: entries(32, "^#[0-9]{1,9}$") } }],
    ["everyone on", { everyone: true }],
    ["everyone off and a filter", { everyone: false, filter: { contains: ["x"] } }],
    ["a context that a group shares, and that is extended", { context: "group", slidingContext: true }],
    ["the context of each member", { context: "member", slidingContext: false }],
    ["thoughts shown and no typing", { showThinking: true, typing: false }],
    ["tags of a model's own around its reasoning", { thinkingTags: ["scratchpad", "my-plan_2"] }],
    ["no tags around reasoning", { thinkingTags: [] }],
    ["an error text of maximum length", { errorText: "x".repeat(1024) }],
  ])("with %s are accepted as they are", (_, options) => {
    expect(parse(options)).toEqual(options);
  });

  const known = `known fields: ${filterKinds.join(", ")}`;
  const tooLarge = "at most 1000 characters for all patterns of the list, with repeats such as {3} expanded";
  const noPattern = "must be a regular expression (RE2 syntax)";

  test.each<[string, unknown, string]>([
    ["an unknown option", { filters: filter }, `: ${notAnOption("webhook")}, got "filters"`],
    ["everyone as a string", { everyone: "yes" }, ': must be true or false, got "yes"'],
    [
      "an unknown context",
      { context: "user" },
      `.context: must be one of ${groupContexts.join(", ")}, got "user"`,
    ],
    ["an empty error text", { errorText: "" }, '.errorText: must not be empty, got ""'],
    ["a filter as a string", { filter: "order" }, ': must be an object, got "order"'],
    ["a filter as an array", { filter: ["order"] }, ": must be an object, got an array of 1 item"],
    ["a filter without an entry", { filter: {} }, ": must have at least one entry, got {}"],
    [
      "a filter of empty arrays",
      { filter: { contains: [] } },
      ": must have at least one entry, got an object with 1 key",
    ],
    [
      "an unknown kind of condition",
      { filter: { contain: ["x"] } },
      `: is not a filter field; ${known}, got "contain"`,
    ],
    [
      "a kind of condition named like an inherited property",
      { filter: { toString: ["x"] } },
      ', got "toString"',
    ],
    ["a string instead of an array", { filter: { contains: "order" } }, ': must be an array, got "order"'],
    ["an entry that is not a string", { filter: { equals: ["hi", 7] } }, ": must be a string, got 7"],
    ["an empty entry", { filter: { startsWith: [""] } }, ': must not be empty, got ""'],
    [
      "an entry that is too long",
      { filter: { endsWith: ["x".repeat(129)] } },
      ": at most 128 characters, got 129 characters",
    ],
    ["too many entries", { filter: { contains: entries(33) } }, ": at most 32 entries, got 33"],
    ["an empty pattern", { filter: { matches: [""] } }, ': must not be empty, got ""'],
    [
      "a pattern that is too long",
      { filter: { matches: ["x".repeat(257)] } },
      ": at most 256 characters, got 257 characters",
    ],
    [
      "too many patterns, valid or not",
      { filter: { matches: entries(33, "(") } },
      ": at most 32 entries, got 33",
    ],
    ["an invalid pattern", { filter: { matches: ["("] } }, `: ${noPattern}, got "("`],
    ["a pattern with a lookahead", { filter: { matches: ["x", "(?=a)"] } }, `: ${noPattern}, got "(?=a)"`],
    [
      "a pattern with too many repeats",
      { filter: { matches: ["(a{1000}){1000}"] } },
      `: ${noPattern}, got "(a{1000}){1000}"`,
    ],
    ["a pattern that is too large", { filter: { matches: ["(ab){600}"] } }, `: ${tooLarge}, got "(ab){600}"`],
    [
      "patterns that are too large in total",
      { filter: { matches: entries(3, "a{400}") } },
      `: ${tooLarge}, got "a{400}"`,
    ],
  ])("with %s are rejected", (_, options, message) => {
    expect(refusal(options)?.errorMessage).toContain(message);
  });

  test.each<[unknown, string]>([
    [{ everyone: 1 }, "integrations[0].options.everyone: "],
    [{ thinkingTags: ["think", "a b"] }, "integrations[0].options.thinkingTags[1]: "],
    [{ thinkingTags: "think" }, "integrations[0].options.thinkingTags: "],
    [{ filter: {} }, "integrations[0].options.filter: "],
    [{ filter: { any: [] } }, "integrations[0].options.filter.any: "],
    [{ filter: { contains: ["a", ""] } }, "integrations[0].options.filter.contains[1]: "],
    [{ filter: { equals: ["a"], matches: ["("] } }, "integrations[0].options.filter.matches[0]: "],
    [{ filter: { matches: ["a{400}", "a{400}", "a{400}"] } }, "integrations[0].options.filter.matches[2]: "],
  ])("that are wrong as in %j are named by %s", (options, path) => {
    expect(refusal(options)?.errorMessage.startsWith(path)).toBe(true);
  });

  test("with an entry that is too long are rejected as too long", () => {
    expect(refusal({ filter: { contains: ["x".repeat(129)] } })?.code).toBe(1005);
    expect(refusal({ filter: { contains: entries(33) } })?.code).toBe(1002);
  });

  test.each([newBot, botUpdate, added, changed])("of an integration $name are validated", (request) => {
    const wrong = webhook({ options: { filter: { matches: ["("] } } });
    expect(request.refusal(wrong)?.errorMessage).toBe(
      `${request.path}options.filter.matches[0]: ${noPattern}, got "("`,
    );
    expect(request.refusal(webhook({ options: { filter, everyone: true } }))).toBeUndefined();
  });

  test("are returned in replies as they were sent", () => {
    const integrations = [
      webhookIntegration({ options: { filter, everyone: true } }),
      difyIntegration({ options: {} }),
    ];
    expect(toBotReply(botOf({ integrations }), true).integrations).toMatchObject([
      { options: { filter, everyone: true } },
      { options: {} },
    ]);
  });
});

describe("a filter that matches nothing", () => {
  const onlyEvents = { events: ["group:bot_join"], options: { filter } };
  const onlyPictures = { objectNames: ["RC:ImgMsg", "App:Card"], options: { filter } };

  test.each([newBot, botUpdate, added, changed])(
    "of an integration $name is refused, with what is needed",
    (request) => {
      expect(request.refusal(webhook(onlyEvents))?.errorMessage).toContain(
        `${request.path}options.filter: never matches, since only messages have a text: events must have one of message:private, message:group_mentioned`,
      );
      expect(request.refusal(webhook(onlyPictures))?.errorMessage).toContain(
        `${request.path}options.filter: never matches, since these objectNames have no text: there must be one of RC:TxtMsg, RC:ReferenceMsg`,
      );
    },
  );

  test.each<[string, Fields]>([
    [
      "takes a message as well as other events",
      { events: ["group:bot_join", "message:private"], options: { filter } },
    ],
    [
      "takes a text as well as other types",
      { objectNames: ["App:Card", "RC:ReferenceMsg"], options: { filter } },
    ],
    ["has no filter", { events: ["group:bot_join"], objectNames: ["App:Card"] }],
  ])("is not that of an integration that %s", (_, given) => {
    for (const request of [newBot, added]) expect(request.refusal(webhook(given))).toBeUndefined();
  });
});

describe("limits", () => {
  const limits = { turnsPerMinute: 10, tokensPerDay: 1_000_000, perUser: { turnsPerDay: 50 } };

  test.each([newBot, botUpdate, added, changed])("of an integration $name are validated", (request) => {
    const model = (options: Fields) => request.refusal(dify({ options }))?.errorMessage;
    expect(model({ limits, limitText: "Later." })).toBeUndefined();
    expect(model({ limits: { perUser: { turnsPerDay: 0 } } })).toBe(
      `${request.path}options.limits.perUser.turnsPerDay: must be an integer from 1 to 100000000, got 0`,
    );
    expect(model({ limits: { turnsPerHour: 1 } })).toContain(
      `${request.path}options.limits.turnsPerHour: is not a limit; known fields: turnsPerMinute`,
    );
  });

  test.each([newBot, botUpdate, added, changed])(
    "of a webhook are refused $name, as are commands and merging: they would have no effect",
    (request) => {
      expect(request.refusal(webhook({ options: { limits } }))?.errorMessage).toContain(
        `${request.path}options.limits: is not an option of a webhook`,
      );
      for (const options of [{ commands: { stop: ["/stop"] } }, { merge: {} }])
        expect(request.refusal(webhook({ options }))?.errorMessage).toContain(
          `${request.path}options.${Object.keys(options)[0]}: is not an option of a webhook`,
        );
    },
  );
});
