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

/** What bundles are made of. */
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
 * The folder that holds a function bundled into one ESM file, within the assembly that is being made. All are made at
 * the first call, in one run of esbuild and in process: NodejsFunction starts npx for each function, which takes longer
 * than all of the bundling. Where CDK needs no bundles (`cdk ls`, `cdk destroy`), it is the folder of the source.
 */
export const bundleOf = (scope: Construct, name: FunctionName): string => {
  if (!Stack.of(scope).bundlingRequired) return join(root, "functions", name);
  const assembly = Stage.of(scope)?.outdir;
  if (assembly === undefined) throw new Error("a function stands in no app");
  const bundles = join(assembly, "bundles");
  if (!copied.has(bundles)) copyBundles(bundles);
  copied.add(bundles);
  return join(bundles, name);
};
