import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, test } from "@jest/globals";
import { eventually } from "../support/eventually.ts";
import { type LocalRun, run } from "../support/local-run.ts";

const npmStart = ["npm", "start", "--silent"] as const;

/** Whether the group has any process left. */
const isRunning = (groupId: number | undefined): boolean => {
  try {
    return groupId !== undefined && process.kill(-groupId, 0);
  } catch {
    return false;
  }
};

/** On a slow machine a start takes half a minute, and cannot be stopped sooner. */
const nothingRuns = ({ process: { pid } }: LocalRun): Promise<void> =>
  eventually(() => expect(isRunning(pid)).toBe(false), 60_000);

describe("npm start", () => {
  test("prints one line with its address when it is ready, and Ctrl-C leaves nothing running", async () => {
    const start = run(npmStart, { PORT: "0" });
    const [, url = ""] = await start.shows(/^ready (http:\/\/127\.0\.0\.1:\d+)$/m);
    expect((await fetch(`${url}/nowhere`)).status).toBe(404);
    const ended = await start.interrupt();
    expect(ended.stdout.match(/^ready/gm)).toHaveLength(1);
    await nothingRuns(start);
    await expect(fetch(url)).rejects.toThrow();
  }, 180_000);

  test("leaves nothing running when its parent process ends, for any reason", async () => {
    const start = run([process.execPath, "scripts/run.mjs", "local/main.ts"], { PORT: "0" });
    await start.shows(/^ready/m);
    start.process.kill("SIGKILL");
    await nothingRuns(start);
  }, 180_000);
});

test("npm start leaves nothing running when npm alone is killed, as a supervisor does", async () => {
  const start = run(npmStart, { PORT: "0" });
  await start.shows(/^ready/m);
  start.process.kill("SIGKILL");
  await nothingRuns(start);
}, 180_000);

test("npm start leaves nothing running when its parent process ends before it is ready", async () => {
  const start = run([process.execPath, "scripts/run.mjs", "local/main.ts"], { PORT: "0" });
  await delay(800);
  start.process.kill("SIGKILL");
  await nothingRuns(start);
}, 90_000);
