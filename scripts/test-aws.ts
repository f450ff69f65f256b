import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { startDifySimulator } from "../local/dify/server.ts";
import { startImSimulator } from "../local/im/server.ts";
import { stopSignal } from "../local/stop-signal.ts";
import { emulatorName, installEmulator, startEmulator } from "./aws/emulator.ts";
import { leftOut } from "./aws/left-out.ts";
import { walkSteps } from "./aws/walk.ts";
import { runSteps } from "./command/steps.ts";

// Deploys a stage to an emulator of AWS that enforces IAM, walks through it, changes it and destroys it (CONTRIBUTING.md).

const print = (line: string): void => console.log(line);
const describeError = (error: unknown): string => (error instanceof Error ? error.message : String(error));
const app = { appKey: "emulated-app", appSecret: "emulated-secret" };

/** Resolves to whether all steps passed. */
const walk = async (program: string): Promise<boolean> => {
  const folder = await mkdtemp(join(tmpdir(), "bot-bridge-aws-"));
  const emulator = await startEmulator(program, folder);
  stopSignal().addEventListener("abort", async () => {
    await emulator.close();
    await rm(folder, { recursive: true, force: true });
    process.exit(1);
  });
  const im = await startImSimulator(app);
  const dify = await startDifySimulator();
  const ports = { print, now: () => performance.now(), describeError };
  const steps = walkSteps({ ...ports, emulator, im, dify, app, folder, wait: delay });
  const passed = await runSteps(steps, ports);
  await Promise.all([dify.close(), im.close(), emulator.close()]);
  // The emulator writes its state there when it ends.
  if (passed) await rm(folder, { recursive: true });
  else print(`Logs of the emulator and of the functions: ${emulator.logFiles.join(", ")}`);
  return passed;
};

const main = async (): Promise<void> => {
  const program = await installEmulator();
  if (program === undefined)
    return print(`left out: ${emulatorName} needs Python 3.10 or later, openssl and PyPI`);
  process.exitCode = (await walk(program)) ? 0 : 1;
  for (const each of leftOut) print(`left out: ${each}`);
};

main().catch((error: unknown) => {
  console.error(describeError(error));
  process.exit(1);
});
