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

/** Everything that the output of a build depends on. */
export interface BuildInputs {
  /** The cache's folder for this kind of build. */
  readonly name: string;
  /** Glob patterns relative to the root. npm's own lock file in node_modules stands for its contents. */
  readonly files: readonly string[];
  /** Settings that change the output. */
  readonly settings?: unknown;
  readonly root?: string;
}

export interface CachedBuild {
  readonly exists: boolean;
  /** Where the build is once it exists. Later builds remove it after a day. */
  readonly folder: string;
  /** Folder to build into if the build does not exist. */
  readonly draft: string;
  /** Moves the draft into the cache. If two processes build the same inputs, the first one wins. */
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
 * Returns the cached build of these inputs, shared by all processes. Bundling and synthesising take five seconds of CPU
 * time, and the tests start about thirty processes that need the same result.
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
    folder: entry,
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
