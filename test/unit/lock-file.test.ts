import { readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import { projectRoot } from "../support/local-run.ts";

interface Package {
  readonly version?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  /** Part of another package's archive, which that package's hash covers. */
  readonly inBundle?: boolean;
  readonly license?: string;
  /** Not part of what is deployed. */
  readonly dev?: boolean;
  /** A folder of this repository, linked into node_modules. */
  readonly link?: boolean;
  readonly optionalDependencies?: Record<string, string>;
  readonly dependencies?: Record<string, string>;
  readonly devDependencies?: Record<string, string>;
}

/** SPDX expressions. Of "OR" one may choose. */
const permissive = new Set([
  "0BSD",
  "Apache-2.0",
  "BlueOak-1.0.0",
  "ISC",
  "MIT",
  "MIT-0",
  "Unlicense",
  "(MIT OR GPL-3.0-or-later)",
]);

const packages: Record<string, Package> = JSON.parse(
  readFileSync(`${projectRoot}/package-lock.json`, "utf8"),
).packages;

/** Packages of this repository, not of a registry. */
const isOwn = (path: string): boolean => packages[path]?.link === true || !path.includes("node_modules/");
const own = Object.entries(packages).filter(([path, { link }]) => isOwn(path) && !link);

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

  test("has only licences that allow to deploy and to sell what uses them", () => {
    const deployed = Object.entries(packages).filter(([path, { dev }]) => !isOwn(path) && !dev);
    expect(deployed.length).toBeGreaterThan(0);
    const refused = deployed.filter(([, { license = "none" }]) => !permissive.has(license));
    expect(refused.map(([path, { license }]) => `${path}: ${license}`)).toEqual([]);
  });

  test("names no registry, so that everyone installs from their own", () => {
    const named = Object.entries(packages).filter(
      ([, { resolved, link }]) => resolved !== undefined && !link,
    );
    expect(named).toEqual([]);
  });

  test("has the hash of every package, so that npm rejects any other content", () => {
    const withoutHash = Object.entries(packages)
      .filter(([path, { integrity, inBundle }]) => !isOwn(path) && integrity === undefined && !inBundle)
      .map(([path]) => path);
    expect(withoutHash).toEqual([]);
  });

  test("has exact versions of the project's direct dependencies", () => {
    for (const [folder, { dependencies = {}, devDependencies = {} }] of own) {
      for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies })) {
        const nested = packages[[folder, "node_modules", name].filter(Boolean).join("/")];
        // npm installs a workspace's dependency at the top, unless another version is there.
        const installed = nested ?? packages[`node_modules/${name}`];
        expect([folder, name, installed?.version]).toEqual([folder, name, version]);
      }
    }
  });
});
