import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";

/** A program, with its arguments. */
export type Command = readonly [string, ...string[]];

export interface Ended {
  /** Whether it ended with code 0. */
  readonly ok: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program without this terminal. A program that is not there does not end with code 0. */
export const runProgram = async (
  [file, ...args]: Command,
  cwd: string,
  env: NodeJS.ProcessEnv,
): Promise<Ended> => {
  const child = spawn(file, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  const ended = new Promise<boolean>((resolve) => {
    child.on("error", () => resolve(false)).on("close", (code) => resolve(code === 0));
  });
  const [stdout, stderr, ok] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { ok, stdout, stderr };
};
