import { globSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

/** Fonts and pictures are compressed already. */
const compressible = "**/*.{css,html,js,json,svg,webmanifest}";
/** A smaller file is one packet anyway. */
const minBytes = 1_024;

const brotli = (content: Buffer): Buffer =>
  brotliCompressSync(content, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
      [constants.BROTLI_PARAM_SIZE_HINT]: content.length,
    },
  });

/** Writes a compressed copy of each file next to it, once for all requests: `.br` and `.gz`. */
export const compressFiles = (folder: string): void => {
  for (const name of globSync(compressible, { cwd: folder })) {
    const file = join(folder, name);
    if (statSync(file).size < minBytes) continue;
    const content = readFileSync(file);
    writeFileSync(`${file}.br`, brotli(content));
    writeFileSync(`${file}.gz`, gzipSync(content, { level: constants.Z_BEST_COMPRESSION }));
  }
};
