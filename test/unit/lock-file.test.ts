import { readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import { projectRoot } from "../support/local-run.ts";

interface Package {
  readonly version?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  /** Part of another package's archive, which that package's hash covers. */
  readonly inBundle?: boolean;
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

  test("names no registry, so that everybody installs from their own", () => {
    const named = Object.entries(packages).filter(([, { resolved }]) => resolved !== undefined);
    expect(named).toEqual([]);
  });

  test("has the hash of every package, so that npm refuses any other content", () => {
    const withoutHash = Object.entries(packages)
      .filter(([path, { integrity, inBundle }]) => path !== "" && integrity === undefined && !inBundle)
      .map(([path]) => path);
    expect(withoutHash).toEqual([]);
  });

  test("holds exact versions of what the project names", () => {
    const { dependencies = {}, devDependencies = {} } = packages[""] ?? {};
    for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies })) {
      expect([name, packages[`node_modules/${name}`]?.version]).toEqual([name, version]);
    }
  });
});
