import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { makeApp } from "../../lib/app.ts";
import { makeConfig } from "../../lib/config.ts";
import { functionNames } from "../../lib/function-names.ts";
import { consoleSettings } from "../support/console-settings.ts";
import { projectRoot } from "../support/local-run.ts";

const outdir = mkdtempSync(join(tmpdir(), "bot-bridge-bundles-"));
const bundle = (name: string): string => join(outdir, "bundles", name, "index.mjs");

beforeAll(() => {
  const config = makeConfig({ stage: "test", console: consoleSettings });
  makeApp(config, { outdir, builtinCloudFormationValidation: false }).synth();
}, 60_000);
afterAll(() => rmSync(outdir, { recursive: true }));

/** In bytes. A function's bundle is loaded at each cold start. */
const budget = 450_000;
const largeBudget = 650_000;
/** These match messages against callers' patterns or deliver answers. */
const large: readonly string[] = [
  "im-callback",
  "message-publish",
  "bot-registry",
  "integration-test",
  "turn-worker",
  "webhook-worker",
  "chat-stream",
];

test("every function's folder is deployed", () => {
  const folders = readdirSync(join(projectRoot, "functions"), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !["core", "adapters"].includes(entry.name))
    .map(({ name }) => name);
  expect(folders.sort()).toEqual([...functionNames]);
});

describe.each(functionNames)("the bundle of %s", (name) => {
  test("stays within its budget", () => {
    expect(statSync(bundle(name)).size).toBeLessThanOrEqual(large.includes(name) ? largeBudget : budget);
  });

  test("is minified, with a source map that contains no sources", () => {
    const map = JSON.parse(readFileSync(`${bundle(name)}.map`, "utf8"));
    expect(map.sourcesContent).toBeUndefined();
    expect(map.sources).not.toEqual([]);
    expect(readFileSync(bundle(name), "utf8").split("\n").length).toBeLessThan(1_000);
  });

  test("does not import node:http, which loads undici at each cold start", () => {
    expect(readFileSync(bundle(name), "utf8")).not.toMatch(/from ?"(node:)?http"/);
  });

  test("reads credentials where Lambda puts them, and contains no tracing SDK", () => {
    const { sources } = JSON.parse(readFileSync(`${bundle(name)}.map`, "utf8"));
    const unwanted =
      /credential-provider-(node|ini|sso|process|web-identity|login)\/|nested-clients|aws-xray/;
    expect(sources.filter((source: string) => unwanted.test(source))).toEqual([]);
  });
});

test("the console's page is next to the function that serves it, and no other function has it", () => {
  const hasPage = (name: string): boolean => existsSync(join(outdir, "bundles", name, "page/index.html"));
  expect(functionNames.filter(hasPage)).toEqual(["console"]);
});

test("what shares an environment is a module that Lambda's web functions find, with all credential providers", () => {
  const shared = mkdtempSync(join(tmpdir(), "bot-bridge-shared-"));
  try {
    const turnWorker = { capacity: "managed", subnets: ["subnet-0a1b2c3d"], securityGroups: ["sg-0a1b2c3d"] };
    const config = makeConfig({ stage: "test", chat: { host: "web" }, turnWorker });
    makeApp(config, { outdir: shared, builtinCloudFormationValidation: false }).synth();
    for (const name of ["chat-stream-server", "turn-worker"]) {
      const folder = join(shared, "shared-bundles", name);
      expect(JSON.parse(readFileSync(join(folder, "package.json"), "utf8"))).toEqual({ type: "module" });
      expect(statSync(join(folder, "index.js")).size).toBeLessThanOrEqual(largeBudget);
      const { sources } = JSON.parse(readFileSync(join(folder, "index.js.map"), "utf8"));
      expect(sources.some((source: string) => source.includes("credential-provider-http/"))).toBe(true);
    }
  } finally {
    rmSync(shared, { recursive: true });
  }
}, 60_000);
