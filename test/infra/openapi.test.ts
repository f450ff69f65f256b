import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { makeApp } from "../../lib/app.ts";
import { makeConfig } from "../../lib/config.ts";
import { readAssembly } from "../../local/aws/template/read-assembly.ts";
import type { RestApi } from "../../local/aws/template/rest-apis.ts";
import { projectRoot } from "../support/local-run.ts";

const document = JSON.parse(readFileSync(`${projectRoot}/functions/about/openapi.json`, "utf8"));

const outdir = mkdtempSync(join(tmpdir(), "bot-bridge-openapi-"));
let api: RestApi | undefined;

beforeAll(() => {
  makeApp(makeConfig({ stage: "test" }), { outdir, builtinCloudFormationValidation: false }).synth();
  [api] = readAssembly(outdir).restApis;
}, 60_000);
afterAll(() => rmSync(outdir, { recursive: true }));

test("every deployed route is described, and no other, except for preflights", () => {
  const deployed = api?.routes.filter(
    ({ path, method }) => path !== "/" && path !== "/{proxy+}" && method !== "OPTIONS",
  );
  const described = Object.entries<object>(document.paths).flatMap(([path, item]) =>
    Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`),
  );
  expect(described.sort()).toEqual(deployed?.map(({ method, path }) => `${method} ${path}`).sort());
});

test("the gateway's own replies are described, by status and code", () => {
  const replies = [...(api?.gatewayResponses.values() ?? [])].map(({ statusCode, templates }) => ({
    status: statusCode,
    body: JSON.parse(templates["application/json"] ?? ""),
  }));
  expect(replies).not.toEqual([]);
  for (const { status, body } of replies) {
    // Without a status it is for many failures, each with its own: 400 and 500 stand for them.
    const { $ref = "" } =
      document.paths["/v3/bot/create.json"].post.responses[
        String(status ?? (body.code === 1000 ? 500 : 400))
      ];
    const { content } = document.components.responses[$ref.replace("#/components/responses/", "")];
    expect(content["application/json"].examples[body.code].value.code).toBe(body.code);
  }
});

test("no function contains the generator of the description, and the one that serves it contains no schema library", () => {
  const sourcesOf = (folder: string): string[] =>
    JSON.parse(readFileSync(join(outdir, "bundles", folder, "index.mjs.map"), "utf8")).sources;
  const folders = readdirSync(join(outdir, "bundles"));
  expect(folders).toContain("about");
  for (const folder of folders) {
    expect(sourcesOf(folder).filter((source) => /to-json-schema|\/openapi\//.test(source))).toEqual([]);
  }
  expect(sourcesOf("about").filter((source) => source.includes("/valibot/"))).toEqual([]);
});
