import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";

/** Bundles the console's script. `settings` are compiled into it. */
export const build = (input: { readonly outfile: string; readonly settings: unknown }): void => {
  buildSync({
    entryPoints: [fileURLToPath(new URL("../../console/page.ts", import.meta.url))],
    bundle: true,
    outfile: input.outfile,
    platform: "browser",
    target: "es2022",
    format: "esm",
    sourcemap: "inline",
    define: { pageSettings: JSON.stringify(input.settings) },
    logLevel: "warning",
  });
};
