import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import * as v from "valibot";
import {
  filterParameters,
  isFiltered,
  isOpenEnded,
  lastPage,
  pageSize,
  readFilter,
  requestOf,
} from "../../../../console/src/pages/turns/list/turn-filter.ts";
import { turnQuerySchema } from "../../../../functions/turn-query/query-schema.ts";
import { addressOf } from "./address-of.ts";

const now = Date.UTC(2026, 10, 27);
const read = (query: string) => readFilter(new URLSearchParams(query));

describe("the filter of the list of turns", () => {
  test("comes back from the address that it makes, so that a view can be shared", () => {
    for (const query of [
      "",
      "bot=bot-demo&user=user-001&conversation=orders&outcome=failed&page=3",
      "range=day",
      "since=2026-11-27T00%3A00%3A00.000Z&until=2026-11-28T00%3A00%3A00.000Z",
    ]) {
      const filter = read(query);
      expect(readFilter(addressOf(filterParameters(filter)))).toEqual(filter);
    }
  });

  test("asks the bridge for what it says", () => {
    expect(requestOf(read("bot=b&user=u&conversation=c&outcome=given_up&range=hour&page=2"), now)).toEqual({
      userId: "b",
      fromUserId: "u",
      conversation: "c",
      outcome: "given_up",
      since: now - 3_600_000,
      until: undefined,
      page: 2,
      pageSize,
    });
  });

  test("never makes a request that the bridge refuses, whatever the address has", () => {
    const short = fc.string({ maxLength: 64, unit: "grapheme-ascii" });
    fc.assert(
      fc.property(short, short, short, (bot, outcome, page) => {
        const filter = readFilter(new URLSearchParams({ bot, outcome, page }));
        const sent: unknown = JSON.parse(JSON.stringify(requestOf(filter, now)));
        expect(v.is(turnQuerySchema, sent)).toBe(true);
      }),
    );
  });

  test("does not go further than the API", () => {
    expect(lastPage * pageSize).toBe(1_000);
    for (const page of ["0", "-1", "1.5", "x", String(lastPage + 1)])
      expect(read(`page=${page}`).page).toBe(1);
  });

  test("refreshes only a list that begins with the newest turns", () => {
    expect(isOpenEnded(read("range=hour"))).toBe(true);
    expect(isOpenEnded(read("page=2"))).toBe(false);
    expect(isOpenEnded(read("until=2026-11-27T00:00:00Z"))).toBe(false);
  });

  test("can be cleared if it filters", () => {
    expect(isFiltered(read(""))).toBe(false);
    expect(isFiltered(read("page=2"))).toBe(false);
    expect(isFiltered(read("range=day"))).toBe(true);
    expect(isFiltered(read("outcome=failed"))).toBe(true);
  });
});
