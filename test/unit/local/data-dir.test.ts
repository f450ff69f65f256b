import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { lockDataDir } from "../../../local/data-dir.ts";

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

  test("that another run uses is rejected with one line", async () => {
    await writeFile(join(folder, "bridge.pid"), String(process.ppid));
    await expect(lockDataDir(folder)).rejects.toThrow(`DATA_DIR ${folder} is in use by another run`);
  });

  test("that a dead run has left is used", async () => {
    await writeFile(join(folder, "bridge.pid"), "2147483646");
    await lockDataDir(folder);
  });

  test("that a run uses which is about to end is used once it has ended", async () => {
    const dying = spawn(process.execPath, ["-e", "setTimeout(() => {}, 60_000)"]);
    await writeFile(join(folder, "bridge.pid"), String(dying.pid));
    const locked = lockDataDir(folder);
    expect(await Promise.race([locked, delay(300, "waits")])).toBe("waits");
    dying.kill();
    await locked;
    expect(await readFile(join(folder, "bridge.pid"), "utf8")).toBe(String(process.pid));
  });

  test("in a file system that takes no folders is rejected with one line", async () => {
    const rejected = lockDataDir("/proc/bot-bridge/data");
    await expect(rejected).rejects.toThrow(
      /^DATA_DIR \/proc\/bot-bridge\/data is not a writable folder \(E\w+\)$/,
    );
  });

  test("that is a file is rejected with one line", async () => {
    const file = join(folder, "file");
    await writeFile(file, "");
    await expect(lockDataDir(file)).rejects.toThrow(`DATA_DIR ${file} is not a writable folder`);
  });
});
