import { type SpawnOptions, spawn } from "node:child_process";

/** Runs a program with this terminal. Resolves to whether it ended with code 0; a program that is not there does not. */
export const succeeds = (
  file: string,
  args: readonly string[],
  options: SpawnOptions = {},
): Promise<boolean> =>
  new Promise((resolve) => {
    spawn(file, args, { stdio: "inherit", ...options })
      .on("error", () => resolve(false))
      .on("exit", (code) => resolve(code === 0));
  });
