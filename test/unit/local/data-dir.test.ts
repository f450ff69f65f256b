import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
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

  test("that is a file is rejected with one line", async () => {
    const file = join(folder, "file");
    await writeFile(file, "");
    await expect(lockDataDir(file)).rejects.toThrow(`DATA_DIR ${file} is not a writable folder`);
  });
});
