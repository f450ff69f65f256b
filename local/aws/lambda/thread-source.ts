import { readFileSync } from "node:fs";
import { join } from "node:path";
import { findBuild } from "../../../lib/build-cache.ts";
import { buildInChild } from "../../builds/build-in-child.ts";

const build = findBuild({
  name: "bot-bridge-threads",
  files: ["local/aws/lambda/*.ts", "local/builds/thread.ts", "node_modules/.package-lock.json"],
});
if (!build.exists) {
  await buildInChild("thread", { outfile: join(build.draft, "thread.mjs") });
  build.save();
}

/** thread.ts as plain JavaScript. Stripping its types in each thread would take 25 ms and 12 MB. */
export const threadSource = new URL(
  `data:text/javascript;base64,${readFileSync(join(build.folder, "thread.mjs"), "base64")}`,
);
