import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { projectRoot } from "../support/local-run.ts";

/** The layers of core from the bottom up: each may import those before it. */
const layers = ["shared", "bot", "message", "answer", "turn", "im", "jobs", "intake", "chat", "person"];

/** `file`: that of the importer, if it matters. */
type ImportCase = readonly [folder: string, from: string, may: "may" | "may not", file?: string];

const imports: readonly ImportCase[] = [
  ...layers.flatMap((layer, level) =>
    layers.map((other, otherLevel): ImportCase => {
      const from = layer === other ? "./probe.ts" : `#core/${other}/probe.ts`;
      return [`functions/core/${layer}`, from, otherLevel <= level ? "may" : "may not"];
    }),
  ),
  ["functions/core/turn", "../bot/bot.ts", "may not"],
  ["functions/core/turn", "#adapters/dify/ask-dify.ts", "may not"],
  ["functions/core/turn", "../../turn-worker/handler.ts", "may not"],
  ["functions/core/turn", "node:crypto", "may not"],
  ["functions/core/turn", "@aws-sdk/client-sqs", "may not"],
  ["functions/core/turn", "valibot", "may not"],
  ["functions/core/shared", "valibot", "may", "rules.ts"],
  ["functions/core/shared", "valibot", "may not"],
  ["functions/core/bot", "valibot", "may", "options.ts"],
  ["functions/core/bot", "valibot", "may not"],
  ["functions/adapters/dify", "#core/turn/turn.ts", "may"],
  ["functions/adapters/dify", "#adapters/http/http-client.ts", "may"],
  ["functions/adapters/dify", "./dify-event.ts", "may"],
  ["functions/adapters/dify", "valibot", "may"],
  ["functions/adapters/dify", "../../turn-worker/handler.ts", "may not"],
  ["functions/adapters/dify", "../../../local/settings.ts", "may not"],
  ["functions/turn-worker", "#core/turn/turn.ts", "may"],
  ["functions/turn-worker", "#adapters/dify/ask-dify.ts", "may"],
  ["functions/turn-worker", "./receiver-for.ts", "may"],
  ["functions/turn-worker", "../bot-registry/routes.ts", "may not"],
  ["functions/turn-worker", "../../local/settings.ts", "may not"],
  ["functions/turn-worker", "../../lib/config.ts", "may not"],
  ["lib", "./config.ts", "may"],
  ["lib", "../functions/core/turn/turn.ts", "may not"],
  ["lib", "#core/turn/turn.ts", "may not"],
  ["lib", "#adapters/http/http-client.ts", "may not"],
  ["lib", "../local/settings.ts", "may not"],
  ["client/src", "./answer.ts", "may"],
  ["client/src", "eventsource-parser", "may"],
  ["client/src", "valibot", "may not"],
  ["client/src", "node:crypto", "may not"],
  ["client/src", "#core/answer/answer.ts", "may not"],
  ["client/src", "ai", "may not"],
  ["client/src/ai-sdk", "ai", "may"],
  ["client/src/ai-sdk", "./transport.ts", "may"],
  ["client/src/ai-sdk", "../answer.ts", "may"],
  ["client/src/ai-sdk", "react", "may not"],
  ["client/src/ai-sdk", "eventsource-parser", "may not"],
  ["client/src/ai-sdk", "../../../local/settings.ts", "may not"],
  ["console/src", "./app.tsx", "may"],
  ["console/src", "valibot", "may"],
  ["console/src", "../../client/src/index.ts", "may"],
  ["console/src", "../../functions/bot-registry/bot-reply.ts", "may"],
  ["console/src", "../../client/src/answer.ts", "may not"],
  ["console/src", "../../functions/console/handler.ts", "may not"],
  ["console/src", "../../local/settings.ts", "may not"],
  ["console/src", "node:fs", "may not"],
  ["bin", "../lib/app.ts", "may"],
  ["bin", "../local/settings.ts", "may not"],
];

const folder = mkdtempSync(join(tmpdir(), "import-rule-"));
let output = "";

/** One file for each import, in a temporary project with the project's lint settings. */
beforeAll(() => {
  copyFileSync(join(projectRoot, "biome.json"), join(folder, "biome.json"));
  imports.forEach(([place, from, , name], index) => {
    const file = join(folder, place, name ?? `probe-${index}.ts`);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `export * from "${from}";\n`);
  });
  const biome = join(projectRoot, "node_modules/.bin/biome");
  const args = ["lint", "--only=style/noRestrictedImports", "--vcs-enabled=false", "--reporter=github", "."];
  output = spawnSync(biome, args, { cwd: folder, encoding: "utf8" }).stdout;
});
afterAll(() => rmSync(folder, { recursive: true }));

test("every folder of core has a layer", () => {
  expect(readdirSync(join(projectRoot, "functions/core")).toSorted()).toEqual(layers.toSorted());
});

test("the tests of core are in the folders of the code that they test", () => {
  const tested = readdirSync(join(projectRoot, "test/unit/core"));
  expect(tested.filter((folder) => !layers.includes(folder))).toEqual([]);
});

describe("lint enforces the design's import rules:", () => {
  test.each(imports.map(([place, from, may, file], index) => [place, may, from, file, index] as const))(
    "%s %s import %s",
    (place, may, _from, file, index) => {
      expect(output.includes(`${place}/${file ?? `probe-${index}.ts`}`)).toBe(may === "may not");
    },
  );
});
