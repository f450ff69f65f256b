import { findBuild } from "../lib/build-cache.ts";
import type { Config } from "../lib/config.ts";

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
  const assembly = findBuild({ name: "bot-bridge-assemblies", files: assemblyFiles, settings: config });
  if (!assembly.exists) {
    // Imported on demand: CDK takes a second of CPU time to load.
    const { makeApp } = await import("../lib/app.ts");
    makeApp(config, {
      outdir: assembly.draft,
      // Validation takes two seconds; it runs in tests and deployments.
      builtinCloudFormationValidation: false,
      // Read by the CDK's own tools only.
      treeMetadata: false,
    }).synth();
    assembly.save();
  }
  assembly.copyTo(outdir);
};
