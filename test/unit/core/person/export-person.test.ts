import { describe, expect, test } from "@jest/globals";
import { type ExportedItem, type ExportPosition, makeExportPerson } from "#core/person/export-person.ts";
import { makeTestClock } from "../../../support/test-clock.ts";
import { botsOf, modelsOf, person, storiesOf, storyAt } from "./people.ts";

const messages = (count: number, prefix: string, answer = "a") =>
  Array.from({ length: count }, (_, n) => ({
    id: `${prefix}${n}`,
    question: `${prefix} ${n}`,
    answer,
    askedAt: n,
  }));

const setUp = (
  kept: Parameters<typeof modelsOf>[0],
  stories: Parameters<typeof storiesOf>[0] = [],
  keys: Parameters<typeof botsOf>[0] = { "bot-one": "app-one" },
) => {
  const clock = makeTestClock();
  const exportPerson = makeExportPerson({
    bots: botsOf(keys),
    models: modelsOf(kept, 20),
    stories: storiesOf(stories),
    conversations: { find: async () => undefined },
    profiles: { find: async () => undefined },
    clock,
  });
  const pages = async (deadlineMs = 60_000) => {
    const all: ExportedItem[][] = [];
    let position: ExportPosition | undefined;
    do {
      const page = await exportPerson(person, position, clock.now() + deadlineMs);
      all.push([...page.items]);
      position = page.next;
    } while (position !== undefined && all.length < 500);
    return all;
  };
  return { pages };
};

const messageIds = (pages: readonly (readonly ExportedItem[])[]) =>
  pages.flat().flatMap((item) => (item.kind === "message" ? [item.message.id] : []));

describe("an export", () => {
  test("has each message once, in pages of limited size, also of one long conversation", async () => {
    const kept = { "app-one": { long: messages(250, "l"), short: messages(3, "s") } };
    const pages = await setUp(kept).pages();
    const all = [...messages(250, "l"), ...messages(3, "s")].map(({ id }) => id);
    expect(messageIds(pages).toSorted()).toEqual(all.toSorted());
    expect(Math.max(...pages.map(({ length }) => length))).toBeLessThan(120);
  });

  test("ends a page early if its texts are long", async () => {
    const kept = { "app-one": { long: messages(60, "l", "x".repeat(40_000)) } };
    const pages = await setUp(kept).pages();
    expect(messageIds(pages)).toHaveLength(60);
    expect(Math.max(...pages.map(({ length }) => length))).toBe(20);
  });

  test("has each turn once, whatever page it is on, and passes over those of others", async () => {
    const stories = Array.from({ length: 350 }, (_, n) =>
      storyAt(Math.floor(n / 3) + 1, { turn: `turn-${n}`, fromUserId: n % 7 === 0 ? "u8" : "u7" }),
    );
    const pages = await setUp({}, stories).pages();
    const turns = pages.flat().flatMap((item) => (item.kind === "turn" ? [item.story.turn] : []));
    const own = stories.filter(({ fromUserId }) => fromUserId === "u7").map(({ turn }) => turn);
    expect(turns.toSorted()).toEqual(own.toSorted());
  });

  test("goes on when no page has time for more than a step", async () => {
    const kept = { "app-one": { one: messages(30, "l"), two: messages(1, "s") } };
    const stories = [3, 2, 1].map((at) => storyAt(at));
    const pages = await setUp(kept, stories).pages(0);
    expect(pages.flat().filter(({ kind }) => kind === "turn")).toHaveLength(3);
    expect(messageIds(pages)).toHaveLength(31);
  });

  test("names a bot whose key cannot be read, and has the others' data", async () => {
    const kept = { "app-one": { one: messages(1, "l") } };
    const pages = await setUp(kept, [], { "bot-locked": "", "bot-one": "app-one" }).pages();
    expect(pages.flat()).toContainEqual({
      kind: "failed",
      model: { bot: "bot-locked", type: "dify_chat", code: "internal" },
    });
    expect(messageIds(pages)).toEqual(["l0"]);
  });
});
