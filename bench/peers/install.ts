import { spawn } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

const handlers = fileURLToPath(new URL(".", import.meta.url));
const cache = fileURLToPath(new URL("../../node_modules/.cache/bench-peers/", import.meta.url));

/** @throws Error with the last line that it wrote. */
const run = async (command: string, args: readonly string[]): Promise<void> => {
  const child = spawn(command, args, {
    stdio: ["ignore", "ignore", "pipe"],
    shell: process.platform === "win32",
  });
  const ended = new Promise<boolean>((resolve) => {
    child.on("error", () => resolve(false)).on("close", (code) => resolve(code === 0));
  });
  const [errors, isDone] = await Promise.all([text(child.stderr), ended]);
  if (!isDone) throw new Error(`${command} failed: ${errors.trim().split("\n").at(-1)?.slice(0, 120)}`);
};

/** Runs an installation in a folder outside of this project's packages, unless these packages are there. */
const installOnce = async (
  folder: string,
  packages: readonly string[],
  install: (target: string) => Promise<void>,
): Promise<string> => {
  const target = join(cache, folder);
  const record = join(target, "installed.json");
  const wanted = JSON.stringify(packages);
  if (existsSync(record) && readFileSync(record, "utf8") === wanted) return target;
  mkdirSync(target, { recursive: true });
  await install(target);
  writeFileSync(record, wanted);
  return target;
};

/**
 * Installs a peer from npm and returns the path of its handler, which is copied to its packages so that it imports them by name.
 * @throws Error if the packages cannot be installed.
 */
export const installFromNpm = async (folder: string, packages: readonly string[]): Promise<string> => {
  const options = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
  const target = await installOnce(folder, packages, (target) =>
    run("npm", ["install", "--prefix", target, ...options, ...packages]),
  );
  copyFileSync(join(handlers, "ask-dify.mjs"), join(target, "ask-dify.mjs"));
  copyFileSync(join(handlers, folder, "handler.mjs"), join(target, "handler.mjs"));
  return join(target, "handler.mjs");
};

/**
 * Installs a peer from PyPI and returns the path of its command.
 * @throws Error if there is no Python, or the packages cannot be installed.
 */
export const installFromPyPi = async (
  folder: string,
  packages: readonly string[],
  command: string,
): Promise<string> => {
  const target = await installOnce(folder, packages, async (target) => {
    await run("python3", ["-m", "venv", target]);
    await run(join(target, "bin/pip"), ["install", "--quiet", ...packages]);
  });
  return join(target, "bin", command);
};
