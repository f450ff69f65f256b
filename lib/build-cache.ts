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

const projectRoot = fileURLToPath(new URL("../", import.meta.url));

/** All that a build is made of. */
export interface BuildInputs {
  /** What is built: a folder of the cache. */
  readonly name: string;
  /** Patterns of files, relative to the root. npm's note of what it installed stands for node_modules. */
  readonly files: readonly string[];
  /** The settings of the build. */
  readonly settings?: unknown;
  readonly root?: string;
}

export interface CachedBuild {
  readonly exists: boolean;
  /** Where a missing build is to be made. */
  readonly draft: string;
  /** Keeps the draft. Of two processes that build at the same time, the first one wins. */
  save(): void;
  copyTo(outdir: string): void;
}

const fingerprintOf = ({ files, settings = null, root = projectRoot }: BuildInputs): string => {
  const hash = createHash("sha256").update(JSON.stringify(settings));
  for (const file of globSync(files, { cwd: root }).sort()) {
    hash.update(`${file}\0`).update(readFileSync(join(root, file)));
  }
  return hash.digest("hex").slice(0, 32);
};

const maxAgeMs = 24 * 60 * 60_000;

const removeOldEntries = (cache: string): void => {
  for (const entry of readdirSync(cache)) {
    const path = join(cache, entry);
    const { mtimeMs } = statSync(path, { throwIfNoEntry: false }) ?? { mtimeMs: Date.now() };
    if (mtimeMs < Date.now() - maxAgeMs) rmSync(path, { recursive: true, force: true });
  }
};

/**
 * The build of these inputs, kept from one process to the next. Bundling and synthesising take five seconds of CPU time,
 * and the tests start some thirty processes that need the same result.
 */
export const findBuild = (inputs: BuildInputs): CachedBuild => {
  const cache = join(inputs.root ?? projectRoot, "node_modules/.cache", inputs.name);
  const entry = join(cache, fingerprintOf(inputs));
  const draft = `${entry}-${process.pid}`;
  const exists = existsSync(entry);
  if (!exists) {
    mkdirSync(cache, { recursive: true });
    removeOldEntries(cache);
  }
  return {
    exists,
    draft,
    save() {
      try {
        renameSync(draft, entry);
      } catch (error) {
        if (!existsSync(entry)) throw error;
        rmSync(draft, { recursive: true, force: true });
      }
    },
    copyTo: (outdir) => cpSync(entry, outdir, { recursive: true }),
  };
};
