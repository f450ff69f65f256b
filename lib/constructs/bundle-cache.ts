import { createHash } from "node:crypto";
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const projectRoot = fileURLToPath(new URL("../../", import.meta.url));

/** All that bundles are made of: the sources, how they are bundled, and the note that npm keeps of what it installed. */
const inputs = [
  "functions/**/*.{ts,json}",
  "lib/function-names.ts",
  "lib/constructs/bundle.ts",
  "package.json",
  "node_modules/.package-lock.json",
];

const fingerprintOf = (root: string): string => {
  const hash = createHash("sha256");
  for (const file of globSync(inputs, { cwd: root }).sort()) {
    hash.update(`${file}\0`).update(readFileSync(join(root, file)));
  }
  return hash.digest("hex").slice(0, 32);
};

const keptForMs = 24 * 60 * 60_000;

const dropOldEntries = (cache: string): void => {
  for (const entry of readdirSync(cache)) {
    const path = join(cache, entry);
    const { mtimeMs } = statSync(path, { throwIfNoEntry: false }) ?? { mtimeMs: Date.now() };
    if (mtimeMs < Date.now() - keptForMs) rmSync(path, { recursive: true, force: true });
  }
};

/**
 * Fills `outdir` with what `build` makes, or made before of the same inputs. Bundling takes three seconds of CPU time, and
 * tests start some thirty processes that need the same bundles.
 */
export const fromCache = (
  outdir: string,
  build: (outdir: string) => void,
  root: string = projectRoot,
): void => {
  const cache = join(root, "node_modules/.cache/bot-bridge-bundles");
  const entry = join(cache, fingerprintOf(root));
  if (!existsSync(entry)) {
    mkdirSync(cache, { recursive: true });
    dropOldEntries(cache);
    const unfinished = `${entry}-${process.pid}`;
    build(unfinished);
    try {
      renameSync(unfinished, entry);
    } catch {
      // Another process was faster.
      rmSync(unfinished, { recursive: true, force: true });
    }
  }
  cpSync(entry, outdir, { recursive: true });
};
