import { fileURLToPath } from "node:url";
import { build } from "vite";
import { compressFiles } from "./compress-files.ts";

const configFile = fileURLToPath(new URL("../../console/vite.config.ts", import.meta.url));

/** Builds the console's page into a folder: `index.html` and hashed assets, each with compressed copies. */
export const buildPage = async (outDir: string): Promise<void> => {
  await build({
    configFile,
    build: {
      outDir,
      emptyOutDir: true,
      // On a slow machine it would say so in the terminal of a local run.
      rolldownOptions: { checks: { bundlerTimings: false } },
    },
    logLevel: "warn",
  });
  compressFiles(outDir);
};
