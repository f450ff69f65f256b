import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { makeApp } from "../lib/app.ts";
import { makeConfig } from "../lib/config.ts";
import { installRuntimeClient } from "./runtime-client/install.ts";

// Runs the deployed bundles under Lambda's runtime interface client: all files of test/runtime, or those named.

const root = fileURLToPath(new URL("..", import.meta.url));

const names = process.argv.slice(2);

const runTests = (client: string, assemblyDir: string): number => {
  const config = makeConfig({ stage: "test", allowPrivateCallbacks: true, corsOrigins: ["*"] });
  makeApp(config, { outdir: assemblyDir, builtinCloudFormationValidation: false }).synth();
  const jest = [
    "--experimental-vm-modules",
    "--disable-warning=ExperimentalWarning",
    "node_modules/jest/bin/jest.js",
    // Other runs ignore test/runtime.
    "--testPathIgnorePatterns=/node_modules/",
    // The tests measure times.
    "--runInBand",
    ...(names.length === 0 ? [""] : names).map((name) => `test/runtime/${name}`),
  ];
  const { status } = spawnSync(process.execPath, jest, {
    cwd: root,
    stdio: "inherit",
    env: { ...process.env, RUNTIME_CLIENT: client, ASSEMBLY_DIR: assemblyDir },
  });
  return status ?? 1;
};

const main = (): number => {
  const assemblyDir = mkdtempSync(join(tmpdir(), "bot-bridge-runtime-"));
  try {
    return runTests(installRuntimeClient(), assemblyDir);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return 1;
  } finally {
    rmSync(assemblyDir, { recursive: true });
  }
};
process.exitCode = main();
