import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { buildSync } from "esbuild";

// Builds the client library for publishing: one ES module and its type declarations.

const root = fileURLToPath(new URL("..", import.meta.url));
const client = join(root, "client");
const { values } = parseArgs({ options: { outdir: { type: "string", default: join(client, "dist") } } });
const outdir = values.outdir;

rmSync(outdir, { recursive: true, force: true });
buildSync({
  entryPoints: [join(client, "src/index.ts")],
  outfile: join(outdir, "index.js"),
  bundle: true,
  packages: "external",
  platform: "neutral",
  target: "es2022",
  format: "esm",
  sourcemap: true,
  logLevel: "warning",
});
const tsc = join(root, "node_modules/.bin/tsc");
const { status } = spawnSync(tsc, ["--project", join(client, "tsconfig.build.json"), "--outDir", outdir], {
  stdio: "inherit",
});
process.exit(status ?? 1);
