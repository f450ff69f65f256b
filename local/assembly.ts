import { findBuild } from "../lib/build-cache.ts";
import type { Config } from "../lib/config.ts";

/** All that stacks and bundles are made of. */
const files = [
  "functions/**/*.{ts,json}",
  "lib/**/*.ts",
  "cdk.json",
  "package.json",
  "node_modules/.package-lock.json",
];

/** The address of the IM changes from run to run: the functions get it when they start. */
const noAddress = "http://127.0.0.1";

/** Fills the folder with what would be deployed, synthesised once for each state of the sources. */
export const copyAssembly = async (given: Config, outdir: string): Promise<void> => {
  const config = { ...given, rongcloudApiUrl: noAddress };
  const assembly = findBuild({ name: "bot-bridge-assemblies", files, settings: config });
  if (!assembly.exists) {
    // Imported where it is needed: CDK takes a second of CPU time to load.
    const { makeApp } = await import("../lib/app.ts");
    // Validation takes two seconds; tests and deployments have it.
    makeApp(config, { outdir: assembly.draft, builtinCloudFormationValidation: false }).synth();
    assembly.save();
  }
  assembly.copyTo(outdir);
};
