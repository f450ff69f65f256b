import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser } from "./find-browser.ts";

const projectRoot = fileURLToPath(new URL("../..", import.meta.url));
const packageName = "@sparticuz/chromium";
const { version } = createRequire(import.meta.url)(`${projectRoot}/node_modules/${packageName}/package.json`);
const cache = join(projectRoot, "node_modules/.cache");
const folder = join(cache, `chromium-${version}`);

/** The package unpacks into the temporary folder, and on Lambda also the libraries that it needs. */
const unpack = `import chromium from "${packageName}"; await chromium.executablePath();`;

const unpackInto = (place: string): void => {
  const { status, stderr } = spawnSync(process.execPath, ["--input-type=module", "--eval", unpack], {
    cwd: projectRoot,
    env: { ...process.env, TMPDIR: place, AWS_EXECUTION_ENV: "AWS_Lambda_nodejs24.x" },
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`the browser of ${packageName} could not be unpacked: ${stderr}`);
};

/**
 * The package's own font configuration names the temporary folder, and a browser that finds no font crashes.
 */
const fontSettings = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>${join(folder, "fonts/fonts")}</dir>
  <cachedir>${join(folder, "fonts-cache")}</cachedir>
</fontconfig>
`;

/** The browser from an npm package, unpacked once (2 s, 210 MB); only for Linux on x64. */
export const packedBrowser = (): Browser => {
  if (!existsSync(folder)) {
    mkdirSync(cache, { recursive: true });
    const unfinished = mkdtempSync(join(cache, "chromium-"));
    unpackInto(unfinished);
    writeFileSync(join(unfinished, "fonts/fonts.conf"), fontSettings);
    // Two processes that unpack at once do not see each other's partial files.
    try {
      renameSync(unfinished, folder);
    } catch {
      rmSync(unfinished, { recursive: true, force: true });
    }
  }
  return {
    executablePath: join(folder, "chromium"),
    env: { LD_LIBRARY_PATH: join(folder, "al2023/lib"), FONTCONFIG_PATH: join(folder, "fonts") },
  };
};
