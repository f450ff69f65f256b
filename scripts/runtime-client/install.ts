import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const name = "aws-lambda-ric";
const version = "4.0.2";

/** Of its own, so that nobody who installs the project compiles anything; `npm ci` empties it. */
const folder = fileURLToPath(new URL(`../../node_modules/.cache/${name}-${version}`, import.meta.url));
const installed = join(folder, "node_modules", name);

/** Any one of each is enough. */
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

/** What keeps it from being compiled here, in words for the person at the terminal. */
const missingPrerequisite = (): string | undefined => {
  if (process.platform !== "linux") {
    return `${name} compiles on Linux alone, and this is ${process.platform}: run this in a container.`;
  }
  const missing = tools.filter((names) => !names.some(isOnPath)).map(([first]) => first);
  if (missing.length === 0) return undefined;
  return `${name} must be compiled, and this machine lacks ${missing.join(", ")}. On Debian or Ubuntu: apt-get install cmake g++ make tar xz-utils python3`;
};

/** The pinned Node brings its C headers along; without them node-gyp takes them from nodejs.org. */
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
 * Lambda's own runtime for Node, for a machine: the path of its index.mjs. It is compiled at the first call, which takes
 * a minute or two. @throws Error saying what this machine lacks for it.
 */
export const installRuntimeClient = (): string => {
  const index = join(installed, "index.mjs");
  // The last thing that its installation makes.
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
    // npm and node-gyp run by the Node that the result is for.
    env: {
      ...process.env,
      ...headersOfNode(),
      PATH: `${dirname(process.execPath)}${delimiter}${process.env.PATH}`,
    },
  });
  if (status !== 0) throw new Error(`${name} could not be installed: see above.`);
  return index;
};
