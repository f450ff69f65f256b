import { fileURLToPath } from "node:url";
import { runProgram } from "../command/run-program.ts";
import type { Emulator } from "./emulator.ts";

/** Runs `cdk` with these arguments. Resolves to its standard output. @throws Error with what CloudFormation says. */
export type Cdk = (...args: readonly string[]) => Promise<string>;

const cdk = fileURLToPath(new URL("../../node_modules/aws-cdk/bin/cdk", import.meta.url));
const root = fileURLToPath(new URL("../..", import.meta.url));
const maxLines = 12;

/** The lines that say why it failed, rather than the hundreds on what was created. */
const explain = (output: string): string => {
  const lines = output.split("\n").filter((line) => line.trim() !== "");
  const reasons = lines.filter((line) => /FAILED|❌|‣|\bfail(ed)?\b|error|denied/i.test(line));
  return (reasons.length > 0 ? reasons : lines).slice(-maxLines).join("\n");
};

export const makeCdk =
  ({ environment }: Emulator): Cdk =>
  async (...args) => {
    const command = [process.execPath, cdk, ...args, "--no-color", "--no-notices"] as const;
    const { ok, stdout, stderr } = await runProgram(command, root, environment);
    if (!ok) throw new Error(`cdk ${args[0]}: ${explain(`${stdout}\n${stderr}`)}`);
    return stdout;
  };
