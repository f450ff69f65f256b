import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, test } from "@jest/globals";
import { eventually } from "../support/eventually.ts";
import { type LocalRun, run } from "../support/local-run.ts";

const npmStart = ["npm", "start", "--silent"] as const;

/** Whether any process of the group is left. */
const isLeft = (groupId: number | undefined): boolean => {
  try {
    return groupId !== undefined && process.kill(-groupId, 0);
  } catch {
    return false;
  }
};

/** On a slow machine a start takes half a minute, and ends no sooner. */
const nothingIsLeft = ({ process: { pid } }: LocalRun): Promise<void> =>
  eventually(() => expect(isLeft(pid)).toBe(false), 60_000);

describe("npm start", () => {
  test("is ready with one line that says where, and Ctrl-C leaves nothing running", async () => {
    const start = run(npmStart, { PORT: "0" });
    const [, url = ""] = await start.shows(/^ready (http:\/\/127\.0\.0\.1:\d+)$/m);
    expect((await fetch(`${url}/nowhere`)).status).toBe(404);
    const ended = await start.interrupt();
    expect(ended.stdout.match(/^ready/gm)).toHaveLength(1);
    await nothingIsLeft(start);
    await expect(fetch(url)).rejects.toThrow();
  }, 180_000);

  test("that loses its starter, however it went, leaves nothing running", async () => {
    const start = run([process.execPath, "scripts/run.mjs", "local/main.ts"], { PORT: "0" });
    await start.shows(/^ready/m);
    start.process.kill("SIGKILL");
    await nothingIsLeft(start);
  }, 180_000);
});

test("npm that is killed by itself, as a supervisor does, leaves nothing running", async () => {
  const start = run(npmStart, { PORT: "0" });
  await start.shows(/^ready/m);
  start.process.kill("SIGKILL");
  await nothingIsLeft(start);
}, 180_000);

test("a start whose starter dies before it is ready leaves nothing running either", async () => {
  const start = run([process.execPath, "scripts/run.mjs", "local/main.ts"], { PORT: "0" });
  await delay(800);
  start.process.kill("SIGKILL");
  await nothingIsLeft(start);
}, 90_000);
