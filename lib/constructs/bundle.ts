import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Stack, Stage } from "aws-cdk-lib";
import type { Construct } from "constructs";
import { buildSync } from "esbuild";
import { findBuild } from "../build-cache.ts";
import { type FunctionName, functionNames } from "../function-names.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

const bundleAllInto = (outdir: string): void => {
  buildSync({
    absWorkingDir: root,
    entryPoints: Object.fromEntries(
      functionNames.map((name) => [`${name}/index`, `functions/${name}/handler.ts`]),
    ),
    outdir,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    platform: "node",
    target: "node24",
    format: "esm",
    mainFields: ["module", "main"],
    alias: {
      "@aws-sdk/credential-provider-node": join(root, "functions/adapters/aws/lambda-credentials.ts"),
    },
    minify: true,
    sourcemap: true,
    sourcesContent: false,
    logLevel: "warning",
  });
};

/** Inputs of the bundles. */
const files = [
  "functions/**/*.{ts,json}",
  "lib/function-names.ts",
  "lib/constructs/bundle.ts",
  "package.json",
  "node_modules/.package-lock.json",
];

const copyBundles = (outdir: string): void => {
  const bundles = findBuild({ name: "bot-bridge-bundles", files });
  if (!bundles.exists) {
    bundleAllInto(bundles.draft);
    bundles.save();
  }
  bundles.copyTo(outdir);
};

const copied = new Set<string>();

/**
 * Returns the folder with a function's bundle, one ESM file, in the cloud assembly. The first call bundles all
 * functions in one esbuild run: NodejsFunction starts npx per function, which takes longer than bundling all of them.
 * For commands that need no bundles (`cdk ls`, `cdk destroy`), returns the source folder.
 */
export const bundleOf = (scope: Construct, name: FunctionName): string => {
  if (!Stack.of(scope).bundlingRequired) return join(root, "functions", name);
  const assembly = Stage.of(scope)?.outdir;
  if (assembly === undefined) throw new Error("the function is not part of an app");
  const bundles = join(assembly, "bundles");
  if (!copied.has(bundles)) copyBundles(bundles);
  copied.add(bundles);
  return join(bundles, name);
};
