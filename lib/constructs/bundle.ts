import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";

const root = fileURLToPath(new URL("../../", import.meta.url));
/** Within the project, so that the paths in a source map, and with them the asset's hash, are the same everywhere. */
const workFolder = join(root, "node_modules/.cache/bot-bridge");

/**
 * Bundles a function into one ESM file and gives the folder that holds it to `use`; the folder is gone afterwards.
 * In process: NodejsFunction starts npx for each function, which takes longer than all of its bundling.
 */
export const withBundle = <T>(folder: string, use: (bundleFolder: string) => T): T => {
  mkdirSync(workFolder, { recursive: true });
  const bundleFolder = mkdtempSync(join(workFolder, `${folder}-`));
  try {
    buildSync({
      absWorkingDir: root,
      entryPoints: [`functions/${folder}/handler.ts`],
      outfile: join(bundleFolder, "index.mjs"),
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
    return use(bundleFolder);
  } finally {
    rmSync(bundleFolder, { recursive: true });
  }
};
