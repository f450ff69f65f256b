import { spawnSync } from "node:child_process";
import { cpSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "@jest/globals";
import * as v from "valibot";
import { userToken } from "../support/chat/chat-server.ts";
import { startFakeChat } from "../support/chat/fake-chat.ts";
import { type ClientPackage, packClient } from "../support/client-package.ts";
import { closeAfterAll, closeAfterEach } from "../support/close-after.ts";
import { projectRoot, run } from "../support/local-run.ts";
import { findMachineNode } from "../support/machine-node.ts";

let client: ClientPackage;
beforeAll(() => {
  client = closeAfterAll(packClient());
  writeFileSync(join(client.folder, "package.json"), '{"type":"module"}');
}, 60_000);

const inPackage = (file: string): string => readFileSync(join(client.installed, file), "utf8");
const inProject = (file: string): string => readFileSync(join(projectRoot, file), "utf8");

/** Runs a tool of the project's packages. */
const runTool = (tool: string, ...args: readonly string[]) => {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(projectRoot, "node_modules/.bin", tool), ...args],
    { cwd: client.folder, encoding: "utf8" },
  );
  return { status, output: `${stdout}${stderr}` };
};

/** The oldest Node that the package supports. */
const minNode = 20;
const machineNode = findMachineNode();
const nodes = [
  { file: process.execPath, version: process.versions.node },
  ...(machineNode && Number.parseInt(machineNode.version, 10) >= minNode ? [machineNode] : []),
];

/** A program as another developer would write it. */
const program = `
import { BotError, createBotClient } from "@bot-bridge/client";

const [, , url, token] = process.argv;
try {
  for await (const event of createBotClient({ url, token }).bot("bot-001").chat("Hi")) {
    if (event.type === "end") console.log(event.text);
  }
} catch (error) {
  if (error instanceof BotError) console.error(error.code, error.retryable);
}
`;

/** The same with no more than React Native has. */
const bareProgram = `
import { createBotClient } from "@bot-bridge/client";

const [, , url, token] = process.argv;
const complete = globalThis.fetch;
// Node's own fetch, which stays in use below, then has what it needs.
await complete(url);
for (const name of ["TextDecoder", "crypto"]) delete globalThis[name];
for (const name of ["any", "timeout"]) delete AbortSignal[name];
for (const name of ["throwIfAborted", "reason"]) delete AbortSignal.prototype[name];
const fetch = async (input, { signal, ...init }) => {
  const response = await complete(input, init);
  const text = await response.text();
  return { status: response.status, headers: response.headers, text: async () => text };
};

const bot = createBotClient({ url, token, fetch }).bot("bot-001");
console.log(await bot.chat("Hi").text());
const controller = new AbortController();
try {
  for await (const _ of bot.chat("Hi", { signal: controller.signal })) controller.abort();
  await bot.conversation(undefined, { signal: controller.signal });
} catch (error) {
  console.log(error.name);
}
`;

/** What the examples of the README take from the page or program around them. */
const surroundings = `
declare const url: string, token: string;
declare const bot: import("@bot-bridge/client").Bot;
declare const answer: import("@bot-bridge/client").Answer;
declare const paragraph: HTMLElement, notice: HTMLElement, details: HTMLElement;
declare const picture: HTMLImageElement, stopButton: HTMLButtonElement, file: File;
declare const textSoFar: string, seenEnough: boolean;
declare const show: (...texts: string[]) => void;
declare module "expo/fetch" {
  export const fetch: typeof globalThis.fetch;
}
`;

describe("the client's package, packed in a fresh clone,", () => {
  test("needs no other package, and has what a registry shows", () => {
    const manifest = v.parse(v.record(v.string(), v.unknown()), JSON.parse(inPackage("package.json")));
    expect(Object.keys(manifest)).not.toContain("dependencies");
    expect(manifest).toMatchObject({
      license: "Apache-2.0",
      keywords: expect.arrayContaining(["chatbot"]),
      repository: { directory: "client" },
      bugs: expect.stringMatching(/^https:/),
      engines: { node: `>=${minNode}` },
      sideEffects: false,
      types: "./dist/index.d.ts",
    });
    expect(inPackage("README.md")).toBe(inProject("client/README.md"));
  });

  test("shows its manifest to tools, such as React Native's", async () => {
    writeFileSync(
      join(client.folder, "manifest.js"),
      'console.log(import.meta.resolve("@bot-bridge/client/package.json"));',
    );
    const ended = await run([process.execPath, join(client.folder, "manifest.js")]).ended;
    expect(ended.stdout).toContain("/node_modules/@bot-bridge/client/package.json");
  });

  test("has its licence, and those of the packages that it contains", () => {
    expect(inPackage("LICENSE")).toBe(inProject("LICENSE"));
    const licence = inProject("node_modules/eventsource-parser/LICENSE").trim();
    expect(inPackage("dist/THIRD-PARTY-LICENSES.txt")).toContain(`eventsource-parser\n\n${licence}`);
  });

  test("passes publint", () => {
    const { status, output } = runTool("publint", "run", client.tarball, "--strict");
    expect(output).toContain("All good!");
    expect(status).toBe(0);
  });

  test("has types that resolve everywhere (attw)", () => {
    const options = ["--profile", "esm-only", "--format", "ascii", "--no-color", "--no-emoji"];
    expect(runTool("attw", client.tarball, ...options)).toMatchObject({ status: 0 });
  });

  test.each(["bundler", "nodenext"])("type-checks in a strict project with %s", (moduleResolution) => {
    writeFileSync(join(client.folder, "program.ts"), `declare const process: { argv: string[] };${program}`);
    const module = moduleResolution === "bundler" ? "esnext" : "nodenext";
    const options = ["--noEmit", "--target", "es2022", "--types", "", "--noUncheckedIndexedAccess", "false"];
    const args = [...options, "--module", module, "--moduleResolution", moduleResolution, "program.ts"];
    expect(runTool("tsc", "--strict", ...args)).toEqual({ status: 0, output: "" });
  });

  test("has a README whose examples type-check in a strict project", () => {
    // A project of its own: the others have no AI SDK.
    const project = join(client.folder, "readme");
    cpSync(client.installed, join(project, "node_modules/@bot-bridge/client"), { recursive: true });
    for (const each of ["@ai-sdk", "@types", "ai", "react"]) {
      symlinkSync(join(projectRoot, "node_modules", each), join(project, "node_modules", each));
    }
    writeFileSync(join(project, "surroundings.d.ts"), surroundings);
    const examples = [...inPackage("README.md").matchAll(/^```(tsx?)\n(.*?)^```/gms)];
    const files = examples.map(([, type = "", code], index) => {
      const file = join(project, `example-${index}.${type}`);
      writeFileSync(file, `${code}\nexport {};\n`);
      return file;
    });
    expect(files.length).toBeGreaterThan(5);
    const options = ["--noEmit", "--strict", "--skipLibCheck", "--noUncheckedIndexedAccess"];
    const module = ["--target", "es2022", "--module", "nodenext", "--jsx", "react-jsx", "--types", "node"];
    const types = ["--typeRoots", join(project, "node_modules/@types"), join(project, "surroundings.d.ts")];
    const { output } = runTool("tsc", ...options, ...module, ...types, ...files);
    expect(output).toBe("");
  });

  test.each(nodes)("runs on Node $version", async ({ file }) => {
    const fake = closeAfterEach(await startFakeChat());
    const token = await userToken(fake, "u7");
    writeFileSync(join(client.folder, "program.js"), program);
    const ended = await run([file, join(client.folder, "program.js"), fake.url, token]).ended;
    expect(ended).toMatchObject({ code: 0, stdout: "You said: Hi\n", stderr: "" });
  });

  test("runs with what React Native has", async () => {
    const fake = closeAfterEach(await startFakeChat());
    const token = await userToken(fake, "u7");
    writeFileSync(join(client.folder, "bare.js"), bareProgram);
    const ended = await run([process.execPath, join(client.folder, "bare.js"), fake.url, token]).ended;
    expect(ended).toMatchObject({ code: 0, stdout: "You said: Hi\nAbortError\n", stderr: "" });
  });

  test("has a transport for the AI SDK that needs no AI SDK to run", async () => {
    const program = `
      import { BotError } from "@bot-bridge/client";
      import { createBotTransport, describeError } from "@bot-bridge/client/ai-sdk";
      const error = new BotError("", { code: "empty", retryable: true });
      console.log(typeof createBotTransport, describeError(error));`;
    writeFileSync(join(client.folder, "transport.js"), program);
    const ended = await run([process.execPath, join(client.folder, "transport.js")]).ended;
    // The sentence shows that both entries have the same class of errors.
    const stdout = "function The bot's answer was empty. Try again.\n";
    expect(ended).toMatchObject({ code: 0, stdout, stderr: "" });
  });
});
