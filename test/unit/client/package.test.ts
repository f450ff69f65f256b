import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { userToken } from "../../support/chat/chat-server.ts";
import { startFakeChat } from "../../support/chat/fake-chat.ts";
import { closeAfterEach } from "../../support/close-after.ts";
import { projectRoot, run } from "../../support/local-run.ts";

interface Manifest {
  readonly dependencies: Record<string, string>;
}
const manifestOf = (folder: string): Manifest =>
  JSON.parse(readFileSync(join(projectRoot, folder, "package.json"), "utf8"));

/** A program as another developer would write it. */
const program = `
import { type AnswerEvent, BotError, createBotClient } from "@bot-bridge/client";

declare const process: { readonly argv: readonly string[] };
const [, , url = "", token = ""] = process.argv;
const seen: AnswerEvent["type"][] = [];
try {
  for await (const event of createBotClient({ url, token }).bot("bot-001").chat("Hi")) {
    seen.push(event.type);
    if (event.type === "end") console.log(event.text);
  }
} catch (error) {
  if (error instanceof BotError) console.error(error.code, error.retryable);
}
`;

const folder = mkdtempSync(join(tmpdir(), "client-package-"));
beforeAll(() => {
  const installed = join(folder, "node_modules/@bot-bridge/client");
  mkdirSync(installed, { recursive: true });
  cpSync(join(projectRoot, "client/package.json"), join(installed, "package.json"));
  symlinkSync(
    join(projectRoot, "node_modules/eventsource-parser"),
    join(folder, "node_modules/eventsource-parser"),
  );
  const build = [join(projectRoot, "scripts/build-client.ts"), "--outdir", join(installed, "dist")];
  expect(spawnSync(process.execPath, build, { encoding: "utf8" })).toMatchObject({ status: 0, stderr: "" });
  writeFileSync(join(folder, "package.json"), '{"type":"module"}');
  writeFileSync(join(folder, "program.ts"), program);
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("the client's package", () => {
  test.each(["bundler", "nodenext"])("has types that resolve with %s", (moduleResolution) => {
    const module = moduleResolution === "bundler" ? "esnext" : "nodenext";
    const options = ["--strict", "--noEmit", "--target", "es2022", "--types", ""];
    const args = [...options, "--module", module, "--moduleResolution", moduleResolution, "program.ts"];
    const tsc = join(projectRoot, "node_modules/.bin/tsc");
    expect(spawnSync(tsc, args, { cwd: folder, encoding: "utf8" })).toMatchObject({ stdout: "", status: 0 });
  });

  test("runs in its built form", async () => {
    const fake = closeAfterEach(await startFakeChat());
    const token = await userToken(fake, "u7");
    const ended = await run([process.execPath, join(folder, "program.ts"), fake.url, token]).ended;
    expect(ended).toMatchObject({ code: 0, stdout: "You said: Hi\n", stderr: "" });
  });

  test("depends on exactly the library version that it was tested with", () => {
    const { "eventsource-parser": version = "" } = manifestOf(".").dependencies;
    expect(manifestOf("client").dependencies).toEqual({ "eventsource-parser": version });
  });
});
