import { mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as v from "valibot";
import { signatureUses } from "#adapters/secrets/app-secrets.ts";
import { startLocalBridge } from "../local/bridge.ts";
import { readSettings } from "../local/settings.ts";
import { eventually } from "../test/support/eventually.ts";
import { runProgram } from "./command/run-program.ts";
import { type Sdk, sdks } from "./sdks/sdks.ts";

// Calls a local run with RongCloud's own server SDKs, with nothing changed but key, secret and address, and prints a table
// (docs/connect-rongcloud.md). Installs them from their registries into the temporary folder.

const callLine = v.pipe(v.string(), v.parseJson(), v.object({ step: v.string(), code: v.number() }));

/** The steps of a walk, each with the codes of its calls. */
const stepsOf = (stdout: string): (readonly [step: string, codes: number[]])[] => {
  const calls = stdout
    .trim()
    .split("\n")
    .map((line) => v.parse(callLine, line));
  return [...Map.groupBy(calls, ({ step }) => step)].map(([step, each]) => [
    step,
    each.map(({ code }) => code),
  ]);
};

const resultOf = (codes: readonly number[]): string => {
  const failed = codes.filter((code) => code !== 200);
  return failed.length === 0 ? "ok" : `${failed.length} of ${codes.length} refused: ${failed[0]}`;
};

/** Why the SDK cannot be tried on this machine; undefined once it is installed. */
const install = async (sdk: Sdk, folder: string): Promise<string | undefined> => {
  for (const tool of sdk.needs) {
    if (!(await runProgram([tool, "--version"], tmpdir(), process.env)).ok)
      return `left out: no ${tool} here`;
  }
  mkdirSync(folder, { recursive: true });
  for (const command of sdk.install(folder)) {
    const { ok, stderr } = await runProgram(command, folder, process.env);
    if (!ok) return `left out: not installed (${stderr.trim().split("\n").at(-1)?.slice(0, 80)})`;
  }
  return undefined;
};

/** Waits until the bot has answered every mention. */
const areAnswered = (shown: () => string, mentions: number): Promise<boolean> =>
  eventually(() => {
    if (shown().split("bot-demo → sdk-group").length <= mentions) throw new Error("an answer is missing");
    return true;
  }, 10_000).catch(() => false);

const root = join(tmpdir(), "bot-bridge-sdks");
const rows: string[] = [];
let isBroken = false;
for (const sdk of sdks) {
  const folder = join(root, `${sdk.name.replaceAll(/\W+/g, "-")}${sdk.version}`);
  const reason = await install(sdk, folder);
  for (const signatures of signatureUses) {
    const row = (result: string) =>
      rows.push(`| ${sdk.name} ${sdk.version} | \`${signatures}\` | ${result} |`);
    if (reason !== undefined) {
      row(reason);
      continue;
    }
    const settings = { ...readSettings({ SIGNATURES: signatures }), port: 0 };
    let shown = "";
    const write = (text: string): void => {
      shown += text;
    };
    const bridge = await startLocalBridge(settings, { write, writeLog: () => {}, isShared: false });
    const env = {
      ...process.env,
      APP_KEY: settings.appKey,
      APP_SECRET: settings.appSecret,
      API_URL: bridge.url,
    };
    const { ok, stdout, stderr } = await runProgram(sdk.walk(folder), folder, env);
    if (!ok) console.error(stderr);
    const steps = stepsOf(stdout);
    const mentions = steps.flatMap(([step, codes]) => (step.startsWith("mention") ? codes : []));
    const results = steps.map(([step, codes]) => `${step}: ${resultOf(codes)}`);
    const accepted = mentions.filter((code) => code === 200).length;
    results.push(`answers to mentions: ${(await areAnswered(() => shown, accepted)) ? "ok" : "missing"}`);
    await bridge.close();
    const isWhole = ok && results.every((result) => result.endsWith(": ok"));
    isBroken ||= signatures === "reusable" && !isWhole;
    row(isWhole ? `works: ${results.length} steps` : results.join("; "));
  }
}
console.log(`| SDK | \`signatures\` | result |\n|---|---|---|\n${rows.join("\n")}`);
process.exitCode = isBroken ? 1 : 0;
