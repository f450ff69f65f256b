import { describe, expect, test } from "@jest/globals";
import { parseJsonBody } from "#adapters/api-gateway/parse-body.ts";
import { filterKinds } from "#core/bot/keyword-filter.ts";
import { groupContexts } from "#core/bot/options.ts";
import { toBotReply } from "../../../../functions/bot-registry/bot-reply.ts";
import { botSchema } from "../../../../functions/bot-registry/bot-schema.ts";
import { bot as botOf, difyIntegration, webhookIntegration } from "../../../support/turns.ts";
import { jsonOf, refusalOf } from "../../adapters/api-gateway/refusal.ts";
import { added, botUpdate, changed, newBot } from "./integration-doors.ts";
import { bot, type Fields, notAnOption, webhook } from "./samples.ts";

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
    ["a filter with every way to fit", { filter }],
    ["a filter with one way to fit", { filter: { equals: ["hi"] } }],
    ["a filter with an empty list beside another", { filter: { contains: [], equals: ["hi"] } }],
    ["a filter of the longest lists and texts", { filter: { contains: entries(32, "x".repeat(128)) } }],
    ["a filter of the longest patterns", { filter: { matches: entries(3, "x".repeat(256)) } }],
    ["a filter with the most patterns", { filter: { matches: entries(32, "^#[0-9]{1,9}$") } }],
    ["everyone on", { everyone: true }],
    ["everyone off and a filter", { everyone: false, filter: { contains: ["x"] } }],
    ["a context that a group shares, and lives on", { context: "group", slidingContext: true }],
    ["the context of each member", { context: "member", slidingContext: false }],
    ["thoughts shown and no typing", { showThinking: true, typing: false }],
    ["the longest words for a failure", { errorText: "x".repeat(1024) }],
  ])("with %s are taken as they are", (_, options) => {
    expect(parse(options)).toEqual(options);
  });

  const known = `known are: ${filterKinds.join(", ")}`;
  const tooLarge = "at most 1000 characters for all patterns of the list, with repeats such as {3} expanded";
  const noPattern = "must be a regular expression (RE2 syntax)";

  test.each<[string, unknown, string]>([
    ["an option that is none", { filters: filter }, `: ${notAnOption("webhook")}, got "filters"`],
    ["everyone as a text", { everyone: "yes" }, ': must be true or false, got "yes"'],
    [
      "a context of nobody",
      { context: "user" },
      `.context: must be one of ${groupContexts.join(", ")}, got "user"`,
    ],
    ["a failure without words", { errorText: "" }, '.errorText: must not be empty, got ""'],
    ["everyone as null", { everyone: null }, ": must be true or false, got null"],
    ["a filter as a text", { filter: "order" }, ': must be an object, got "order"'],
    ["a filter as a list", { filter: ["order"] }, ": must be an object, got an array of 1 item"],
    ["a filter as null", { filter: null }, ": must be an object, got null"],
    ["a filter without an entry", { filter: {} }, ": must have at least one entry, got {}"],
    [
      "a filter of empty lists",
      { filter: { contains: [] } },
      ": must have at least one entry, got an object with 1 key",
    ],
    [
      "a way to fit that is none",
      { filter: { contain: ["x"] } },
      `: is not a filter field; ${known}, got "contain"`,
    ],
    ["a way to fit called as every object's own", { filter: { toString: ["x"] } }, ', got "toString"'],
    ["a text instead of a list", { filter: { contains: "order" } }, ': must be an array, got "order"'],
    ["an entry that is no text", { filter: { equals: ["hi", 7] } }, ": must be a string, got 7"],
    ["an empty entry", { filter: { startsWith: [""] } }, ': must not be empty, got ""'],
    [
      "too long an entry",
      { filter: { endsWith: ["x".repeat(129)] } },
      ": at most 128 characters, got 129 characters",
    ],
    ["too many entries", { filter: { contains: entries(33) } }, ": at most 32 entries, got 33"],
    ["an empty pattern", { filter: { matches: [""] } }, ': must not be empty, got ""'],
    [
      "too long a pattern",
      { filter: { matches: ["x".repeat(257)] } },
      ": at most 256 characters, got 257 characters",
    ],
    [
      "too many patterns, right or wrong",
      { filter: { matches: entries(33, "(") } },
      ": at most 32 entries, got 33",
    ],
    ["a pattern that is none", { filter: { matches: ["("] } }, `: ${noPattern}, got "("`],
    ["a pattern with a look ahead", { filter: { matches: ["x", "(?=a)"] } }, `: ${noPattern}, got "(?=a)"`],
    [
      "a pattern with too many repeats",
      { filter: { matches: ["(a{1000}){1000}"] } },
      `: ${noPattern}, got "(a{1000}){1000}"`,
    ],
    ["a pattern that is too large", { filter: { matches: ["(ab){600}"] } }, `: ${tooLarge}, got "(ab){600}"`],
    [
      "patterns that are too large together",
      { filter: { matches: entries(3, "a{400}") } },
      `: ${tooLarge}, got "a{400}"`,
    ],
  ])("with %s are refused", (_, options, message) => {
    expect(refusal(options)?.errorMessage).toContain(message);
  });

  test.each<[unknown, string]>([
    [{ everyone: 1 }, "integrations[0].options.everyone: "],
    [{ filter: {} }, "integrations[0].options.filter: "],
    [{ filter: { any: [] } }, "integrations[0].options.filter.any: "],
    [{ filter: { contains: ["a", ""] } }, "integrations[0].options.filter.contains[1]: "],
    [{ filter: { equals: ["a"], matches: ["("] } }, "integrations[0].options.filter.matches[0]: "],
    [{ filter: { matches: ["a{400}", "a{400}", "a{400}"] } }, "integrations[0].options.filter.matches[2]: "],
  ])("that are wrong as in %j are named by %s", (options, path) => {
    expect(refusal(options)?.errorMessage.startsWith(path)).toBe(true);
  });

  test("with too long an entry are refused as too long", () => {
    expect(refusal({ filter: { contains: ["x".repeat(129)] } })?.code).toBe(1005);
    expect(refusal({ filter: { contains: entries(33) } })?.code).toBe(1002);
  });

  test.each([newBot, botUpdate, added, changed])("of an integration $name are held to the rules", (door) => {
    const wrong = webhook({ options: { filter: { matches: ["("] } } });
    expect(door.refusal(wrong)?.errorMessage).toBe(
      `${door.path}options.filter.matches[0]: ${noPattern}, got "("`,
    );
    expect(door.refusal(webhook({ options: { filter, everyone: true } }))).toBeUndefined();
  });

  test("come back in replies as they were taken", () => {
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
