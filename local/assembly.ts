import { findBuild } from "../lib/build-cache.ts";
import type { Config } from "../lib/config.ts";
import { pageSources } from "../lib/console-page/find-page.ts";
import { buildInChild } from "./builds/build-in-child.ts";

/** Inputs of the stacks and bundles. */
export const assemblyFiles = [
  "functions/**/*.{ts,json}",
  "lib/**/*.ts",
  "cdk.json",
  "package.json",
  "node_modules/.package-lock.json",
];

/** The IM simulator's URL changes with each run; functions get it when they start. */
const noAddress = "http://127.0.0.1";

/** Writes the cloud assembly to `outdir`. Each state of the sources is synthesised once. */
export const copyAssembly = async (given: Config, outdir: string): Promise<void> => {
  const config = { ...given, rongcloudApiUrl: noAddress };
  const files = [...assemblyFiles, ...(config.console ? pageSources : [])];
  const assembly = findBuild({ name: "bot-bridge-assemblies", files, settings: config });
  if (!assembly.exists) {
    await buildInChild("assembly", { config, outdir: assembly.draft });
    assembly.save();
  }
  assembly.copyTo(outdir);
};
