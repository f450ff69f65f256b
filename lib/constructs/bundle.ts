import { cpSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Stack, Stage } from "aws-cdk-lib";
import type { Construct } from "constructs";
import { type BuildOptions, buildSync } from "esbuild";
import { findBuild } from "../build-cache.ts";
import { builtPage } from "../console-page/find-page.ts";
import { type FunctionName, functionNames } from "../function-names.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

const shared = {
  absWorkingDir: root,
  bundle: true,
  platform: "node",
  target: "node24",
  format: "esm",
  mainFields: ["module", "main"],
  minify: true,
  sourcemap: true,
  sourcesContent: false,
  logLevel: "warning",
} as const satisfies BuildOptions;

const bundleAllInto = (outdir: string): void => {
  buildSync({
    ...shared,
    entryPoints: Object.fromEntries(
      functionNames.map((name) => [`${name}/index`, `functions/${name}/handler.ts`]),
    ),
    outdir,
    outExtension: { ".js": ".mjs" },
    alias: {
      "@aws-sdk/credential-provider-node": join(root, "functions/adapters/aws/lambda-credentials.ts"),
    },
  });
};

/** What runs many turns in one environment, for days: with all of the SDK's credential providers, which renew them. */
const sharedEnvironments = {
  "chat-stream-server": "functions/chat-stream/server.ts",
  "turn-worker": "functions/turn-worker/handler.ts",
} as const;

export type SharedEnvironment = keyof typeof sharedEnvironments;

/** As `index.js`, which Lambda's Web Functions look for. */
const bundleSharedInto = (outdir: string): void => {
  buildSync({
    ...shared,
    entryPoints: Object.fromEntries(
      Object.entries(sharedEnvironments).map(([name, entry]) => [`${name}/index`, entry]),
    ),
    outdir,
    // Packages in CommonJS call it for Node's own modules.
    banner: {
      js: 'import { createRequire as makeRequire } from "node:module"; const require = makeRequire(import.meta.url);',
    },
  });
  for (const name of Object.keys(sharedEnvironments))
    writeFileSync(join(outdir, name, "package.json"), JSON.stringify({ type: "module" }));
};

/** Inputs of the bundles. */
const files = [
  "functions/**/*.{ts,json}",
  "lib/function-names.ts",
  "lib/constructs/bundle.ts",
  "package.json",
  "node_modules/.package-lock.json",
];

const kinds = {
  bundles: { cache: "bot-bridge-bundles", bundleInto: bundleAllInto },
  "shared-bundles": { cache: "bot-bridge-shared-bundles", bundleInto: bundleSharedInto },
} as const;

const copied = new Set<string>();

/** The folder in the cloud assembly with the bundles of a kind. The first call bundles them, and copies them there. */
const bundlesOf = (scope: Construct, kind: keyof typeof kinds): string => {
  const assembly = Stage.of(scope)?.outdir;
  if (assembly === undefined) throw new Error("the function is not part of an app");
  const outdir = join(assembly, kind);
  if (copied.has(outdir)) return outdir;
  const { cache, bundleInto } = kinds[kind];
  const bundles = findBuild({ name: cache, files });
  if (!bundles.exists) {
    bundleInto(bundles.draft);
    bundles.save();
  }
  bundles.copyTo(outdir);
  copied.add(outdir);
  return outdir;
};

/**
 * Returns the folder with a function's bundle, one ESM file, in the cloud assembly. The first call bundles all
 * functions in one esbuild run: NodejsFunction starts npx per function, which takes longer than bundling all of them.
 * For commands that need no bundles (`cdk ls`, `cdk destroy`), returns the source folder.
 */
export const bundleOf = (scope: Construct, name: FunctionName): string => {
  if (!Stack.of(scope).bundlingRequired) return join(root, "functions", name);
  const folder = join(bundlesOf(scope, "bundles"), name);
  if (name === "console") addPage(join(folder, "page"));
  return folder;
};

/** Puts the console's page next to the bundle that serves it. */
const addPage = (folder: string): void => cpSync(builtPage(), folder, { recursive: true });

/** The same for what serves many turns at once in one environment. */
export const sharedBundleOf = (scope: Construct, name: SharedEnvironment): string => {
  if (!Stack.of(scope).bundlingRequired) return join(root, dirname(sharedEnvironments[name]));
  return join(bundlesOf(scope, "shared-bundles"), name);
};
