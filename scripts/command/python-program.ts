import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Command, runProgram } from "./run-program.ts";

/** Commands that create a Python environment in the folder and install packages from PyPI into it. */
export const pythonEnvironment = (
  folder: string,
  ...packages: readonly string[]
): readonly [Command, Command] => [
  ["python3", "-m", "venv", folder],
  [join(folder, "bin", "pip"), "install", "--quiet", ...packages],
];

/**
 * Installs a program from PyPI outside the project, where it is kept for the next run. Resolves to its path, or to undefined
 * if this machine has no Python, or PyPI cannot be reached.
 */
export const installPythonProgram = async (name: string, version: string): Promise<string | undefined> => {
  const folder = join(tmpdir(), `bot-bridge-${name}-${version}`);
  const program = join(folder, "bin", name);
  if (existsSync(program)) return program;
  for (const command of pythonEnvironment(folder, `${name}==${version}`)) {
    const { ok } = await runProgram(command, tmpdir(), process.env);
    if (!ok) return undefined;
  }
  return program;
};
