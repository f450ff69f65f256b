import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "@jest/globals";
import { projectRoot } from "../support/local-run.ts";
import { type SynthesizedOps, synthesizeOps } from "./observability.ts";

let ops: SynthesizedOps;
beforeAll(() => {
  // With the alarms that watch its deployments.
  ops = synthesizeOps({ production: true });
}, 60_000);

/** The runbook's entries by the anchors that GitHub gives their headings. */
const entries = new Map(
  readFileSync(`${projectRoot}/docs/runbook.md`, "utf8")
    .split(/^## /m)
    .slice(1)
    .map((entry) => {
      const [heading = "", ...lines] = entry.split("\n");
      const anchor = heading
        .toLowerCase()
        .replaceAll(/[^\w\s-]/g, "")
        .replaceAll(" ", "-");
      return [anchor, lines.join("\n")];
    }),
);

const anchorOf = (description: string): string =>
  /What to do: docs\/runbook\.md#([\w-]+)$/.exec(description)?.[1] ?? description;

describe("the runbook", () => {
  test("has an entry for every alarm, which the alarm's mail links to", () => {
    expect(ops.descriptions.length).toBeGreaterThan(20);
    for (const description of ops.descriptions) expect([...entries.keys()]).toContain(anchorOf(description));
  });

  test("has no entry without an alarm", () => {
    expect([...entries.keys()].sort()).toEqual([...new Set(ops.descriptions.map(anchorOf))].sort());
  });

  test.each([...entries])(
    "says for %s what it means, what to look at, and what to do, in that order",
    (_, text) => {
      expect(text).toMatch(/^\nWhat it means: [\s\S]+\n\nWhat to look at: [\s\S]+\n\nWhat to do: /);
    },
  );

  test("has no dead links", () => {
    for (const text of entries.values()) {
      for (const [, anchor = ""] of text.matchAll(/\]\(#([^)]+)\)/g))
        expect([...entries.keys()]).toContain(anchor);
    }
  });

  test("uses the dashboard's and the console's names for graphs and queries", () => {
    const titles = [...ops.titles, ...ops.queries.map(({ name }) => name.replace(/^.*\//, ""))];
    for (const text of entries.values()) {
      for (const [, name = ""] of text.matchAll(/\*([A-Z][^*]+)\*/g)) {
        if (name !== "Concurrent executions")
          expect(titles.some((title) => title.startsWith(name.replaceAll(/\s+/g, " ")))).toBe(true);
      }
    }
  });
});
