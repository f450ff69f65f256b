import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { lockDataDir } from "../../../local/data-dir.ts";
import { closeAfterEach } from "../../support/close-after.ts";
import { eventually } from "../../support/eventually.ts";
import { makeTestClock } from "../../support/test-clock.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "data-dir-test-"));
});
afterEach(() => rm(folder, { recursive: true }));

describe("a DATA_DIR", () => {
  test("is created if it is missing, and may be used again by the same run", async () => {
    const dataDir = join(folder, "new", "one");
    await lockDataDir(dataDir);
    await lockDataDir(dataDir);
  });

  test("that another run uses is rejected with one line, after five seconds in which that run may end", async () => {
    await writeFile(join(folder, "bridge.pid"), String(process.ppid));
    const clock = makeTestClock();
    let problem: unknown;
    const locked = lockDataDir(folder, clock).catch((error: unknown) => {
      problem = error;
    });
    await eventually(async () => {
      if (clock.now() < Date.UTC(2026, 0, 1) + 4_900) expect(problem).toBeUndefined();
      await clock.advance(100);
      expect(problem).toBeDefined();
    });
    await locked;
    expect(String(problem)).toContain(
      `DATA_DIR ${folder} is in use by another run (process ${process.ppid})`,
    );
    expect(clock.now()).toBeGreaterThanOrEqual(Date.UTC(2026, 0, 1) + 5_000);
  });

  test("that a run uses which is ending is used when that run has ended", async () => {
    const other = spawn(process.execPath, [
      "-e",
      "process.on('SIGTERM', () => setTimeout(process.exit, 300)); setInterval(() => {}, 1000); process.stdout.write('up')",
    ]);
    closeAfterEach({ close: () => other.kill("SIGKILL") });
    await once(other.stdout, "data");
    await writeFile(join(folder, "bridge.pid"), String(other.pid));
    other.kill("SIGTERM");
    await lockDataDir(folder);
    expect(await readFile(join(folder, "bridge.pid"), "utf8")).toBe(String(process.pid));
  });

  test("that a dead run has left is used", async () => {
    await writeFile(join(folder, "bridge.pid"), "2147483646");
    await lockDataDir(folder);
  });

  test("that is a file is rejected with one line", async () => {
    const file = join(folder, "file");
    await writeFile(file, "");
    await expect(lockDataDir(file)).rejects.toThrow(`DATA_DIR ${file} is not a writable folder`);
  });

  test("that cannot exist is rejected with one line", async () => {
    const file = join(folder, "file");
    await writeFile(file, "");
    await expect(lockDataDir(join(file, "x"))).rejects.toThrow(
      /^DATA_DIR .* is not a writable folder \(ENOTDIR\)$/,
    );
    if (process.platform !== "linux") return;
    // Node's mkdir with `recursive` never returns here.
    for (const each of ["/proc/x", "/proc/x/y"])
      await expect(lockDataDir(each)).rejects.toThrow(`DATA_DIR ${each} is not a writable folder (ENOENT)`);
  });
});
