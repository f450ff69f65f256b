import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

export interface MachineNode {
  readonly file: string;
  readonly version: string;
}

/** The Node that is installed on this machine, as opposed to the one in the packages; undefined if there is none. */
export const findMachineNode = (): MachineNode | undefined => {
  const file = (process.env.PATH ?? "")
    .split(delimiter)
    .filter((folder) => !folder.includes("node_modules"))
    .map((folder) => join(folder, "node"))
    .find((each) => existsSync(each));
  if (file === undefined) return undefined;
  const { stdout } = spawnSync(file, ["--version"], { encoding: "utf8" });
  return { file, version: stdout.trim().replace(/^v/, "") };
};
