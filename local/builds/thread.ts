import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";

/** Bundles the main module of the functions' threads. */
export const build = ({ outfile }: { readonly outfile: string }): void => {
  buildSync({
    entryPoints: [fileURLToPath(new URL("../aws/lambda/thread.ts", import.meta.url))],
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node24",
    outfile,
  });
};
