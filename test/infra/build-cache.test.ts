import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { findBuild } from "../../lib/build-cache.ts";
import { closeAfterEach } from "../support/close-after.ts";

/** A project with one source, and a build that counts its runs. */
const setUp = () => {
  const root = mkdtempSync(join(tmpdir(), "build-cache-"));
  closeAfterEach({ close: async () => rmSync(root, { recursive: true }) });
  const cache = join(root, "node_modules/.cache/bundles");
  let builds = 0;
  const build = (outdir: string): void => {
    builds += 1;
    mkdirSync(outdir, { recursive: true });
    writeFileSync(join(outdir, "index.mjs"), `build ${builds}`);
  };
  const writeSource = (text: string): void => {
    mkdirSync(join(root, "functions/about"), { recursive: true });
    writeFileSync(join(root, "functions/about/handler.ts"), text);
  };
  writeSource("one");
  let runs = 0;
  const bundle = (settings: object = {}): string => {
    runs += 1;
    const outdir = join(root, `out-${runs}`);
    const found = findBuild({ name: "bundles", files: ["functions/**/*.ts"], settings, root });
    if (!found.exists) {
      build(found.draft);
      found.save();
    }
    found.copyTo(outdir);
    return readFileSync(join(outdir, "index.mjs"), "utf8");
  };
  return { root, cache, build, writeSource, bundle };
};

test("bundles are built once for the same sources", () => {
  const { bundle } = setUp();
  expect([bundle(), bundle()]).toEqual(["build 1", "build 1"]);
});

test("a changed source is bundled again, and its old bundles are reused when it is changed back", () => {
  const { bundle, writeSource } = setUp();
  bundle();
  writeSource("two");
  expect(bundle()).toBe("build 2");
  writeSource("one");
  expect(bundle()).toBe("build 1");
});

test("other settings are a separate build of the same sources", () => {
  const { bundle } = setUp();
  expect([bundle({ stage: "one" }), bundle({ stage: "two" }), bundle({ stage: "one" })]).toEqual([
    "build 1",
    "build 2",
    "build 1",
  ]);
});

test("of two concurrent builds the first is kept", () => {
  const { root, build } = setUp();
  const inputs = { name: "bundles", files: ["functions/**/*.ts"], root };
  const both = [findBuild(inputs), findBuild(inputs)];
  for (const found of both) {
    build(found.draft);
    found.save();
  }
  const outdir = join(root, "out");
  findBuild(inputs).copyTo(outdir);
  expect(readFileSync(join(outdir, "index.mjs"), "utf8")).toBe("build 1");
});

test("bundles older than a day are deleted when others are built", () => {
  const { bundle, writeSource, cache } = setUp();
  bundle();
  const [old = ""] = readdirSync(cache);
  const before = new Date(Date.now() - 25 * 60 * 60_000);
  utimesSync(join(cache, old), before, before);
  writeSource("two");
  bundle();
  expect(readdirSync(cache)).toHaveLength(1);
  expect(readdirSync(cache)).not.toContain(old);
});
