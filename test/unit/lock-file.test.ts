import { readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import { projectRoot } from "../support/local-run.ts";

interface Package {
  readonly version?: string;
  readonly optionalDependencies?: Record<string, string>;
  readonly dependencies?: Record<string, string>;
  readonly devDependencies?: Record<string, string>;
}

const packages: Record<string, Package> = JSON.parse(
  readFileSync(`${projectRoot}/package-lock.json`, "utf8"),
).packages;

describe("the lock file", () => {
  test("names the packages of every platform, or npm ci fails on a fresh clone", () => {
    const wanted = Object.values(packages).flatMap(({ optionalDependencies = {} }) =>
      Object.keys(optionalDependencies),
    );
    const missing = wanted.filter(
      (name) => !Object.keys(packages).some((path) => path.endsWith(`node_modules/${name}`)),
    );
    expect(missing).toEqual([]);
  });

  test("holds exact versions of what the project names", () => {
    const { dependencies = {}, devDependencies = {} } = packages[""] ?? {};
    for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies })) {
      expect([name, packages[`node_modules/${name}`]?.version]).toEqual([name, version]);
    }
  });
});
