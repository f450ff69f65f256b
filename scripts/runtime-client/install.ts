import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const name = "aws-lambda-ric";
const version = "4.0.2";

/** A separate folder, so that installing the project compiles nothing. `npm ci` empties it. */
const folder = fileURLToPath(new URL(`../../node_modules/.cache/${name}-${version}`, import.meta.url));
const installed = join(folder, "node_modules", name);

/** Required tools, each with its alternatives. */
const tools = [
  ["cmake", "cmake3"],
  ["g++", "c++"],
  ["make"],
  ["tar"],
  ["xz"],
  ["python3", "python"],
] as const;

const isOnPath = (command: string): boolean =>
  (process.env.PATH ?? "").split(delimiter).some((place) => existsSync(join(place, command)));

/** Explains why the client cannot be compiled on this machine; undefined if it can. */
const missingPrerequisite = (): string | undefined => {
  if (process.platform !== "linux") {
    return `${name} compiles only on Linux, and this is ${process.platform}. Run this in a container.`;
  }
  const missing = tools.filter((names) => !names.some(isOnPath)).map(([first]) => first);
  if (missing.length === 0) return undefined;
  return `Compiling ${name} requires ${missing.join(", ")}. On Debian or Ubuntu: apt-get install cmake g++ make tar xz-utils python3`;
};

/** The pinned Node package includes its C headers; without this, node-gyp downloads them from nodejs.org. */
const headersOfNode = (): Record<string, string> => {
  const { resolve } = createRequire(createRequire(import.meta.url).resolve("node/package.json"));
  try {
    const nodedir = dirname(resolve(`node-linux-${process.arch}/package.json`));
    return existsSync(join(nodedir, "include/node/node_api.h")) ? { npm_config_nodedir: nodedir } : {};
  } catch {
    return {};
  }
};

/**
 * Returns the path of the index.mjs of Lambda's runtime interface client for Node. The first call compiles it, which
 * takes a minute or two.
 * @throws Error naming the tools that this machine lacks.
 */
export const installRuntimeClient = (): string => {
  const index = join(installed, "index.mjs");
  // The installation creates this file last.
  if (existsSync(join(installed, "rapid-client.node"))) return index;
  const reason = missingPrerequisite();
  if (reason !== undefined) throw new Error(reason);

  console.error(`Compiling ${name} ${version} (once, a minute or two) …`);
  mkdirSync(folder, { recursive: true });
  const manifest = { private: true, dependencies: { [name]: version }, allowScripts: { [name]: true } };
  writeFileSync(join(folder, "package.json"), JSON.stringify(manifest));
  const { status } = spawnSync("npm", ["install", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: folder,
    stdio: ["ignore", "ignore", "inherit"],
    // Run npm and node-gyp with the Node version that the result is for.
    env: {
      ...process.env,
      ...headersOfNode(),
      PATH: `${dirname(process.execPath)}${delimiter}${process.env.PATH}`,
    },
  });
  if (status !== 0) throw new Error(`npm could not install ${name}; see above.`);
  return index;
};
