import { spawnSync } from "node:child_process";
import { globSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { buildSync, type Metafile } from "esbuild";
import * as v from "valibot";

// Builds the client library for publishing: an ES module and type declarations for each entry of its `exports`, and the
// licences of the packages that the modules contain.

const root = fileURLToPath(new URL("..", import.meta.url));
const client = join(root, "client");
const { values } = parseArgs({ options: { outdir: { type: "string", default: join(client, "dist") } } });
const outdir = values.outdir;

const manifestSchema = v.object({
  // A file that is exported as it is, such as package.json, is a string.
  exports: v.record(v.string(), v.union([v.string(), v.object({ default: v.string() })])),
  peerDependencies: v.optional(v.record(v.string(), v.string()), {}),
});
const manifest = v.parse(manifestSchema, JSON.parse(readFileSync(join(client, "package.json"), "utf8")));

/** `./dist/index.js` is built from `src/index.ts`. */
const sourceOf = (built: string): string =>
  join(client, built.replace(/^\.\/dist\//, "src/").replace(/\.js$/, ".ts"));

const packageFolder = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/;

/** The licences of the packages that the built files contain. */
const licencesOf = ({ inputs }: Metafile): string => {
  const folders = new Set(Object.keys(inputs).flatMap((file) => packageFolder.exec(file)?.[0] ?? []));
  const licences = [...folders].sort().map((folder) => {
    const name = folder.replace(/^.*node_modules\//, "");
    const [file] = globSync("LICEN[SC]E*", { cwd: join(root, folder) });
    if (file === undefined)
      throw new Error(`${folder}: must have a licence file, which the package includes`);
    return `${name}\n\n${readFileSync(join(root, folder, file), "utf8").trim()}\n`;
  });
  return `The files of this folder include these packages.\n\n${licences.join("\n---\n\n")}`;
};

rmSync(outdir, { recursive: true, force: true });
const { metafile } = buildSync({
  absWorkingDir: root,
  entryPoints: Object.values(manifest.exports).flatMap((entry) =>
    typeof entry === "string" ? [] : [sourceOf(entry.default)],
  ),
  outbase: join(client, "src"),
  outdir,
  bundle: true,
  // What several entries use is in one file: `instanceof BotError` holds for errors of all of them.
  splitting: true,
  chunkNames: "shared-[hash]",
  external: Object.keys(manifest.peerDependencies),
  platform: "neutral",
  target: "es2022",
  format: "esm",
  sourcemap: true,
  metafile: true,
  logLevel: "warning",
});
writeFileSync(join(outdir, "THIRD-PARTY-LICENSES.txt"), licencesOf(metafile));
const tsc = join(root, "node_modules/.bin/tsc");
const { status } = spawnSync(tsc, ["--project", join(client, "tsconfig.build.json"), "--outDir", outdir], {
  stdio: "inherit",
});
process.exit(status ?? 1);
