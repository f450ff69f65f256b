import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { findBuild } from "../../../lib/build-cache.ts";

const build = findBuild({
  name: "bot-bridge-threads",
  files: ["local/aws/lambda/*.ts", "node_modules/.package-lock.json"],
});
if (!build.exists) {
  // Imported on demand: esbuild's process takes 0.2 s of CPU time.
  const { buildSync } = await import("esbuild");
  buildSync({
    entryPoints: [fileURLToPath(new URL("./thread.ts", import.meta.url))],
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node24",
    outfile: join(build.draft, "thread.mjs"),
  });
  build.save();
}

/** thread.ts as plain JavaScript. Stripping its types in each thread would take 25 ms and 12 MB. */
export const threadSource = new URL(
  `data:text/javascript;base64,${readFileSync(join(build.folder, "thread.mjs"), "base64")}`,
);
