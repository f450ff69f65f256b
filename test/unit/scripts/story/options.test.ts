import { describe, expect, test } from "@jest/globals";
import { readOptions } from "../../../../scripts/story/options.ts";

const now = new Date(2026, 10, 27, 15, 0, 0).getTime();
const read = (...args: string[]) => readOptions(args, now);

describe("npm run story", () => {
  test("asks for the last 24 hours of the local run by default", () => {
    expect(read()).toEqual({
      stage: undefined,
      port: "3000",
      user: undefined,
      id: undefined,
      since: now - 24 * 60 * 60 * 1000,
      until: now,
    });
  });

  test("takes a user, an id, a stage, and times of the day that have been", () => {
    const given = read(
      "--stage",
      "dev",
      "--user",
      "user-x",
      "--id",
      "m1",
      "--since",
      "14:00",
      "--until",
      "14:05:30",
    );
    expect(given).toMatchObject({ stage: "dev", user: "user-x", id: "m1" });
    expect(new Date(given.since).getHours()).toBe(14);
    expect(given.until - given.since).toBe(5.5 * 60_000);
    expect(now - read("--since", "15:01").since).toBe(24 * 60 * 60_000 - 60_000);
    expect(read("--since", "2026-11-26T14:00Z").since).toBe(Date.UTC(2026, 10, 26, 14));
  });

  test.each([
    [["--since", "25:00"], "--since must be a time such as 14:00 or 2026-11-27T14:00Z, got 25:00"],
    [["--until", "soon"], "--until must be a time such as 14:00 or 2026-11-27T14:00Z, got soon"],
    [["--since", "14:00", "--until", "13:00"], "--since must be before --until"],
    [["--user", ""], "--user must not be empty"],
    [["--who", "x"], "Unknown option '--who'"],
  ])("refuses %j in one line", (args, problem) => {
    expect(() => read(...args)).toThrow(`${problem}. Usage: npm run story`);
  });
});
