import { fork } from "node:child_process";
import { once } from "node:events";

/** Runs a script in a process of its own, and returns what it sends. @throws Error if it fails. */
export const runInChild = async (script: string, ...args: readonly string[]): Promise<unknown> => {
  const running = fork(script, args, { execArgv: [...process.execArgv, "--expose-gc"] });
  let sent: unknown;
  running.on("message", (message) => {
    sent = message;
  });
  const [code] = await once(running, "exit");
  if (code !== 0) throw new Error(`${[script, ...args].join(" ")} failed (exit code ${code})`);
  return sent;
};
