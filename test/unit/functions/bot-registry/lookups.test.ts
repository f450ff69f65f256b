import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import type * as v from "valibot";
import { parseJsonBody } from "#adapters/api-gateway/parse-body.ts";
import { botIdSchema, botIdsSchema } from "../../../../functions/bot-registry/bot-schema.ts";
import { pageSchema } from "../../../../functions/bot-registry/page-schema.ts";
import { jsonOf, refusalOf } from "../../adapters/api-gateway/refusal.ts";

const parse = (schema: v.GenericSchema, body: unknown) => parseJsonBody(schema, jsonOf(body));
const refusal = (schema: v.GenericSchema, body: unknown) => refusalOf(() => parse(schema, body));

const idsOf = (count: number): string[] => Array.from({ length: count }, (_, at) => `bot-${at}`);

describe("getting bots", () => {
  test.each([1, 20])("accepts %d ids", (count) => {
    expect(parse(botIdsSchema, { userIds: idsOf(count) })).toEqual({ userIds: idsOf(count) });
  });

  test.each<[string, unknown, number, string]>([
    ["none named", {}, 1002, "userIds: is required, got nothing"],
    ["an empty array", { userIds: [] }, 1002, "userIds: must contain at least one, got []"],
    ["21 ids", { userIds: idsOf(21) }, 1002, "userIds: at most 20 entries, got 21"],
    ["one id outside an array", { userIds: "bot-1" }, 1002, 'userIds: must be an array, got "bot-1"'],
    ["an invalid id", { userIds: ["bot-1", null] }, 1002, "userIds[1]: must be a string, got null"],
    ["an empty id", { userIds: ["bot-1", ""] }, 1002, 'userIds[1]: must not be empty, got ""'],
    [
      "an id of 65 characters",
      { userIds: ["b".repeat(65)] },
      1005,
      "userIds[0]: at most 64 characters, got 65 characters",
    ],
    ["no object", "bot-1", 1002, "body: must be an object, got a string of 5 characters"],
  ])("rejects %s", (_name, body, code, errorMessage) => {
    expect(refusal(botIdsSchema, body)).toEqual({ code, errorMessage });
  });
});

describe("deleting a bot", () => {
  test("names its id", () => {
    expect(parse(botIdSchema, { userId: "bot-1" })).toEqual({ userId: "bot-1" });
  });

  test.each<[string, unknown, string]>([
    ["none", {}, "userId: is required, got nothing"],
    ["an array of ids", { userId: ["bot-1"] }, "userId: must be a string, got an array of 1 item"],
    ["an empty one", { userId: "" }, 'userId: must not be empty, got ""'],
  ])("rejects %s", (_name, body, errorMessage) => {
    expect(refusal(botIdSchema, body)).toEqual({ code: 1002, errorMessage });
  });
});

describe("a page of bots", () => {
  const defaults = { page: 1, pageSize: 10, includeIntegration: false };

  test("is the first ten without their integrations by default", () => {
    expect(parse(pageSchema, {})).toEqual(defaults);
  });

  test.each([
    { page: 1 },
    { page: 1_000_000 },
    { pageSize: 1 },
    { pageSize: 100 },
    { includeIntegration: true },
    { page: 3, pageSize: 50, includeIntegration: true },
  ])("is the requested one: %j", (asked) => {
    expect(parse(pageSchema, asked)).toEqual({ ...defaults, ...asked });
  });

  test("is the default one where a field is null", () => {
    expect(parse(pageSchema, { page: null, pageSize: null, includeIntegration: null })).toEqual(defaults);
  });

  const pageRule = "page: must be an integer from 1 to 1000000, got";
  const sizeRule = "pageSize: must be an integer from 1 to 100, got";

  test.each<[unknown, string]>([
    [{ page: 0 }, `${pageRule} 0`],
    [{ page: -1 }, `${pageRule} -1`],
    [{ page: 1_000_001 }, `${pageRule} 1000001`],
    [{ page: 1.5 }, `${pageRule} 1.5`],
    [{ page: "1" }, `${pageRule} "1"`],
    [{ page: [1] }, `${pageRule} an array of 1 item`],
    [{ pageSize: 0 }, `${sizeRule} 0`],
    [{ pageSize: 101 }, `${sizeRule} 101`],
    [{ pageSize: 0.1 }, `${sizeRule} 0.1`],
    [{ pageSize: true }, `${sizeRule} true`],
    [{ includeIntegration: "true" }, 'includeIntegration: must be true or false, got "true"'],
    [{ includeIntegration: 1 }, "includeIntegration: must be true or false, got 1"],
    [null, "body: must be an object, got null"],
    [7, "body: must be an object, got 7"],
    [[1], "body: must be an object, got an array of 1 item"],
  ])("is rejected for %j", (body, errorMessage) => {
    expect(refusal(pageSchema, body)).toEqual({ code: 1002, errorMessage });
  });

  test("is never computed from numbers that no page has", () => {
    const number = fc.oneof(
      fc.integer({ min: -2, max: 102 }),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
    );
    const asked = fc.record({ page: number, pageSize: number });
    const isOf = (number: number, most: number) => Number.isInteger(number) && number >= 1 && number <= most;
    fc.assert(
      fc.property(asked, ({ page, pageSize }) => {
        const isAccepted = refusal(pageSchema, { page, pageSize }) === undefined;
        expect(isAccepted).toBe(isOf(page, 1_000_000) && isOf(pageSize, 100));
      }),
    );
  });
});
