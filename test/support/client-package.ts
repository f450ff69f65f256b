import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { programEnvironment } from "../../scripts/test/environment.ts";
import { projectRoot } from "./local-run.ts";

export interface ClientPackage {
  /** What `npm pack` made. */
  readonly tarball: string;
  /** The package, unpacked below an otherwise empty folder's node_modules. */
  readonly installed: string;
  /** That folder, for programs that use the package. */
  readonly folder: string;
  readonly close: () => void;
}

const runIn = (cwd: string, command: string, args: readonly string[]): string => {
  const env = programEnvironment(process.env);
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, env, encoding: "utf8" });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} failed:\n${stdout}\n${stderr}`);
  return stdout;
};

/** What a build of the library reads, apart from the packages. */
const sources = ["client", "scripts", "tsconfig.json", "package.json", "package-lock.json"];

/** A link for each package: an `npm ci` there would remove the links, and not the packages of the project. */
const linkPackages = (from: string, to: string): void => {
  mkdirSync(to);
  for (const name of readdirSync(from)) symlinkSync(join(from, name), join(to, name));
};

/** Packs the client library in a copy of the project without built files, as in a fresh clone, and unpacks it. */
export const packClient = (): ClientPackage => {
  const home = mkdtempSync(join(tmpdir(), "client-package-"));
  const clone = join(home, "clone");
  const isSource = (file: string): boolean => file !== join(projectRoot, "client/dist");
  for (const each of sources) {
    cpSync(join(projectRoot, each), join(clone, each), { recursive: true, filter: isSource });
  }
  linkPackages(join(projectRoot, "node_modules"), join(clone, "node_modules"));
  // The last line is the tarball's name: the lines before are those of `prepack`.
  const name = runIn(join(clone, "client"), "npm", ["pack", "--offline", "--pack-destination", home])
    .trim()
    .split("\n")
    .at(-1);
  const tarball = join(home, name ?? "");

  const folder = join(home, "project");
  const installed = join(folder, "node_modules/@bot-bridge/client");
  mkdirSync(installed, { recursive: true });
  runIn(installed, "tar", ["xzf", tarball, "--strip-components=1"]);
  return { tarball, installed, folder, close: () => rmSync(home, { recursive: true }) };
};
