import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";

const root = fileURLToPath(new URL("../../", import.meta.url));
/** Within the project, so that the paths in a source map, and with them the asset's hash, are the same everywhere. */
const workFolder = join(root, "node_modules/.cache/bot-bridge");

const functionFolders = (): string[] =>
  readdirSync(join(root, "functions"), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !["core", "adapters"].includes(entry.name))
    .map(({ name }) => name);

const bundleAll = (): string => {
  mkdirSync(workFolder, { recursive: true });
  const outdir = mkdtempSync(join(workFolder, "bundles-"));
  process.once("exit", () => rmSync(outdir, { recursive: true }));
  buildSync({
    absWorkingDir: root,
    entryPoints: Object.fromEntries(
      functionFolders().map((folder) => [`${folder}/index`, `functions/${folder}/handler.ts`]),
    ),
    outdir,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    platform: "node",
    target: "node24",
    format: "esm",
    mainFields: ["module", "main"],
    minify: true,
    sourcemap: true,
    sourcesContent: false,
    logLevel: "warning",
  });
  return outdir;
};

let bundles: string | undefined;

/**
 * The folder that holds a function bundled into one ESM file. All are made at the first call, in one run of esbuild
 * and in process: NodejsFunction starts npx for each function, which takes longer than all of the bundling.
 */
export const bundleOf = (folder: string): string => {
  bundles ??= bundleAll();
  return join(bundles, folder);
};
