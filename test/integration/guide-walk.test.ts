import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";
import { beforeAll, describe, expect, test } from "@jest/globals";
import { programEnvironment } from "../../scripts/test/environment.ts";
import { projectRoot, type RunningBridge, startBridge } from "../support/local-run.ts";

/** The commands that the README has a newcomer type, in order. */
const walk = [...readFileSync(`${projectRoot}/README.md`, "utf8").matchAll(/^```sh walk\n(.*?)^```$/gms)].map(
  ([, commands = ""]) => commands,
);

let bridge: RunningBridge;
beforeAll(async () => {
  bridge = await startBridge();
}, 60_000);

/** Types them as they stand, but for the port, into a shell with no settings of its own. */
const typed = async (commands: string): Promise<string> => {
  const here = commands.replaceAll("http://127.0.0.1:3000", bridge.url);
  const options = { cwd: projectRoot, env: programEnvironment(process.env), timeout: 25_000 };
  const { stdout } = await promisify(execFile)("sh", ["-c", here], options);
  return stdout;
};
const type = async (commands: string): Promise<unknown> => JSON.parse(await typed(commands));

describe("the guide's walk, as the README has it", () => {
  test("gets a token for a real user", async () => {
    expect(await type(walk[0] ?? "")).toEqual({ code: 200, userId: "user-001", token: expect.any(String) });
  });

  test("creates the guide's bot", async () => {
    expect(await type(walk[1] ?? "")).toEqual({ code: 200 });
  });

  test("sends it a message, and the answer streams into the terminal", async () => {
    expect(await type(walk[2] ?? "")).toEqual({
      code: 200,
      messageUIDs: [{ userId: "bot-001", messageUID: expect.any(String) }],
    });
    await bridge.shows(/^user-001 → bot-001 {2}Hello, who are you\?$/m);
    await bridge.shows(/^bot-001 → user-001 {2}.*Hello, who are you\?/m);
  });

  test("goes on in the same conversation", async () => {
    expect(await type(walk[3] ?? "")).toMatchObject({ code: 200 });
    await bridge.shows(/^bot-001 → user-001 {2}.*turn 2/m);
  });

  test("streams an answer to a client, in the conversation that its user has with the bot", async () => {
    const stdout = await typed(walk[4] ?? "");
    expect(stdout).toMatch(/^id: \S+\nevent: start\ndata: \{"turn":/);
    expect(stdout.match(/^event: delta$/gm)?.length).toBeGreaterThan(5);
    expect(stdout).toMatch(/event: end\ndata: \{"stopped":false,[^\n]*\n\n$/);
    const said = [...stdout.matchAll(/^data: \{"content":(".*")\}$/gm)].map(([, text]) =>
      JSON.parse(text ?? ""),
    );
    expect(said.join("")).toMatch(/And here\?.*turn 3/);
  });

  test("has no step more", () => {
    expect(walk).toHaveLength(5);
  });
});
