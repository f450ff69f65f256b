import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** A module next to this one that exports `build`, whose input is JSON. */
export type BuildName = "assembly" | "page" | "thread";

/**
 * Runs a build in a process that ends. A process that has loaded CDK or esbuild keeps up to 400 MB for as long as it runs.
 */
export const buildInChild = async (name: BuildName, input: unknown): Promise<void> => {
  const main = fileURLToPath(new URL("./child.ts", import.meta.url));
  const child = fork(main, [name, JSON.stringify(input)], {
    execArgv: [],
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const [code] = await once(child, "exit");
  if (code !== 0) throw new Error(`the build of the ${name} failed`);
};
