import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";

export const projectRoot = fileURLToPath(new URL("../..", import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface LocalRun {
  readonly process: ChildProcess;
  /** What people have been shown so far. */
  readonly stdout: () => string;
  /** The log so far, JSON lines. */
  readonly stderr: () => string;
  readonly ended: Promise<Ended>;
  /** Waits until what is shown on standard output fits. */
  readonly shows: (pattern: RegExp) => Promise<RegExpExecArray>;
  /** Ctrl-C: the terminal sends it to every process of the group. */
  readonly interrupt: () => Promise<Ended>;
}

const patienceMs = 110_000;

/** Starts a command of the project in a process group of its own, as a terminal does. */
export const run = (
  command: readonly [string, ...string[]],
  environment: Record<string, string> = {},
): LocalRun => {
  const [file, ...args] = command;
  const child = spawn(file, args, {
    cwd: projectRoot,
    env: { ...process.env, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const ended = once(child, "close").then(([code]): Ended => ({ code, stdout, stderr }));

  const shows = async (pattern: RegExp): Promise<RegExpExecArray> => {
    const deadline = Date.now() + patienceMs;
    for (;;) {
      const found = pattern.exec(stdout);
      if (found) return found;
      if (child.exitCode !== null || Date.now() > deadline) {
        throw new Error(`never shown: ${pattern}\n--- stdout\n${stdout}\n--- stderr\n${stderr}`);
      }
      await delay(20);
    }
  };

  return {
    process: child,
    stdout: () => stdout,
    stderr: () => stderr,
    ended,
    shows,
    interrupt: () => {
      if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, "SIGINT");
      return ended;
    },
  };
};

export interface RunningBridge extends LocalRun {
  readonly url: string;
}

/** Runs the bridge on a free port; resolves when it is ready. */
export const startBridge = async (environment: Record<string, string> = {}): Promise<RunningBridge> => {
  const bridge = run([process.execPath, "local/main.ts"], { PORT: "0", ...environment });
  const [, url = ""] = await bridge.shows(/^ready (\S+)$/m);
  return { ...bridge, url };
};
