import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { programEnvironment } from "../../scripts/test/environment.ts";
import { closeAfterAll } from "./close-after.ts";

export const projectRoot = fileURLToPath(new URL("../..", import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface LocalRun {
  readonly process: ChildProcess;
  /** Standard output so far. */
  readonly stdout: () => string;
  /** The log so far, JSON lines. */
  readonly stderr: () => string;
  readonly ended: Promise<Ended>;
  /** Waits until standard output matches. */
  readonly shows: (pattern: RegExp) => Promise<RegExpExecArray>;
  /** Ctrl-C: the terminal sends it to every process of the group. A process that does not end is killed. */
  readonly interrupt: () => Promise<Ended>;
}

const patienceMs = 110_000;
/** Less than a hook's timeout in jest.config.js. */
const endPatienceMs = 20_000;

/**
 * Starts a command of the project in a process group of its own, as a terminal does. It ends with the file's
 * tests: jest waits forever for a child process that is still running.
 */
export const run = (
  command: readonly [string, ...string[]],
  environment: Record<string, string> = {},
): LocalRun => {
  const [file, ...args] = command;
  const child = spawn(file, args, {
    cwd: projectRoot,
    env: { ...programEnvironment(process.env), PORT: "0", ...environment },
    // The bridge ends when its channel closes, which happens however jest ends.
    stdio: ["ignore", "pipe", "pipe", ...(file === process.execPath ? (["ipc"] as const) : [])],
    detached: true,
  });
  child.channel?.unref();
  let stdout = "";
  let stderr = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const ended = once(child, "close").then(([code]): Ended => ({ code, stdout, stderr }));

  const shows = async (pattern: RegExp): Promise<RegExpExecArray> => {
    const deadline = Date.now() + patienceMs;
    for (;;) {
      const found = pattern.exec(stdout);
      if (found) return found;
      if (child.exitCode !== null || Date.now() > deadline) {
        const state = child.exitCode === null ? "still running" : `exit code ${child.exitCode}`;
        throw new Error(`never shown: ${pattern} (${state})\n--- stdout\n${stdout}\n--- stderr\n${stderr}`);
      }
      await delay(20);
    }
  };

  const signalGroup = (signal: NodeJS.Signals): void => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, signal);
    } catch {
      // The group has no process left.
    }
  };
  const interrupt = async (): Promise<Ended> => {
    if (child.exitCode === null) signalGroup("SIGINT");
    const kill = setTimeout(() => signalGroup("SIGKILL"), endPatienceMs);
    try {
      return await ended;
    } finally {
      clearTimeout(kill);
    }
  };
  closeAfterAll({ close: interrupt });

  return { process: child, stdout: () => stdout, stderr: () => stderr, ended, shows, interrupt };
};

export interface RunningBridge extends LocalRun {
  readonly url: string;
}

/** Runs the bridge on a free port; resolves when it is ready. */
export const startBridge = async (environment: Record<string, string> = {}): Promise<RunningBridge> => {
  const bridge = run([process.execPath, "local/main.ts"], environment);
  const [, url = ""] = await bridge.shows(/^ready (\S+)$/m);
  return { ...bridge, url };
};
