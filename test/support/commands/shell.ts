import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { programEnvironment } from "../../../scripts/test/environment.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));

/** Marks the end of a block's output. */
const endMark = "\u001e";

const patienceMs = 60_000;

/** A shell in which a reader types the commands of a page, one block after the other. */
export interface Shell {
  /** Resolves with what the commands print; rejects when one fails, or uses a variable that is not set. */
  run(commands: string): Promise<string>;
  close(): void;
}

export const openShell = (path: string): Shell => {
  const child = spawn("sh", ["-eu"], {
    cwd: root,
    env: { ...programEnvironment(process.env), PATH: path },
    stdio: "pipe",
  });
  let printed = "";
  let errors = "";
  let settle = (): void => {};
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    printed += text;
    settle();
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    errors += text;
  });
  child.on("close", () => settle());
  // A shell that has ended reads no more: `run` says so.
  child.stdin.on("error", () => {});

  const run = (commands: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const fail = (what: string): void =>
        reject(new Error(`${what}\n--- commands\n${commands}--- stdout\n${printed}\n--- stderr\n${errors}`));
      const limit = setTimeout(() => {
        child.kill();
        fail(`not finished after ${patienceMs / 1000} s`);
      }, patienceMs);
      settle = () => {
        const end = printed.indexOf(endMark);
        const isOver = child.exitCode !== null || child.signalCode !== null;
        if (end === -1 && !isOver) return;
        clearTimeout(limit);
        settle = () => {};
        if (end === -1) return fail(`a command failed (exit code ${child.exitCode})`);
        // Within an argument its failure is not the command's.
        if (/: not found$/m.test(errors)) return fail("a program is not found");
        resolve(printed.slice(0, end));
        printed = printed.slice(end + endMark.length);
      };
      // The commands must not read the rest of the page as their input.
      child.stdin.write(`{\n${commands}} </dev/null\nprintf '\\036'\n`);
      settle();
    });

  return { run, close: () => void child.kill() };
};
