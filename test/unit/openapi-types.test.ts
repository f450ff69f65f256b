import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, test } from "@jest/globals";
import { documentFile } from "../../openapi/document-file.ts";
import { projectRoot } from "../support/local-run.ts";

const folder = mkdtempSync(join(tmpdir(), "bot-bridge-openapi-types-"));
afterAll(() => rmSync(folder, { recursive: true }));

const tsc = join(projectRoot, "node_modules/typescript/bin/tsc");
const generatorPackages = createRequire(join(projectRoot, "openapi/types-generator/package.json"));
const generator = join(dirname(generatorPackages.resolve("openapi-typescript")), "../bin/cli.js");

const runNode = (...args: readonly string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: "utf8" });
  return { status, output: stdout + stderr };
};

/** A client that someone could write with nothing but the generated types. */
const client = `
import type { components, operations, paths } from "./api.ts";

type Schemas = components["schemas"];

export const bot: Schemas["NewBot"] = {
  userId: "bot-001",
  name: "Helpdesk",
  type: "assistant",
  profileUrl: "https://example.com/bot.png",
  integrations: [
    { type: "webhook", callbackUrl: "https://example.com/callback" },
    {
      type: "dify_chat",
      callbackUrl: "https://api.dify.ai/v1",
      auth: { apiKey: "app-key" },
      options: { filter: { contains: ["help"] }, showThinking: true },
    },
    { type: "openai", callbackUrl: "https://api.openai.com/v1", auth: { apiKey: "sk-key" }, options: { model: "gpt-5" } },
  ],
};

export const question: operations["chat"]["requestBody"]["content"]["application/json"] = { content: "Hello" };
export type Stream = operations["resumeTurn"]["responses"][200]["content"]["text/event-stream"];
export const path: keyof paths = "/v1/bots/{userId}/turns/{turn}/events";

export const textOf = (events: readonly Schemas["ChatEvent"][]): string => {
  let text = "";
  for (const event of events) {
    switch (event.event) {
      case "start":
        console.log(event.data.turn, event.data.conversation ?? "IM");
        break;
      case "delta":
        text += event.data.content;
        break;
      case "replace":
        text = event.data.content;
        break;
      case "reasoning":
        console.log(event.data.content);
        break;
      case "file":
        console.log(event.data.type === "image", event.data.url, event.data.name ?? "");
        break;
      case "end":
        console.log(event.data.usage?.totalTokens, event.data.sources.length, event.data.truncated === "length");
        break;
      case "error":
        if (event.data.code === "timeout" || event.data.retryable) throw new Error(event.data.message);
        break;
      default:
        event satisfies never;
    }
  }
  return text;
};

// @ts-expect-error A model integration needs a key.
export const incomplete: Schemas["Integration"] = { type: "dify_chat", callbackUrl: "https://api.dify.ai/v1" };
`;

const compilerOptions = {
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  allowImportingTsExtensions: true,
  noEmit: true,
  module: "nodenext",
  target: "es2022",
  lib: ["es2022", "dom"],
  types: [],
};

describe("types that openapi-typescript generates from the document", () => {
  test("compile, and type a client of the bots and of the stream's events", () => {
    // Fields with a default are required in its output otherwise, although requests may omit them.
    const options = ["--default-non-nullable", "false", "--output", join(folder, "api.ts")];
    expect(runNode(generator, documentFile, ...options)).toMatchObject({ status: 0 });
    writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module" }));
    writeFileSync(join(folder, "client.ts"), client);
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["*.ts"] }));
    expect(runNode(tsc, "--project", folder)).toEqual({ status: 0, output: "" });
  }, 60_000);
});
