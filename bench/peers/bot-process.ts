import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { setTimeout as delay } from "node:timers/promises";

/** A bot in a process of its own. */
export interface BotProcess {
  /** Where its platform delivers messages. */
  readonly url: string;
  /** Ends it at once, as a crash does. */
  readonly kill: () => Promise<void>;
}

export interface BotAddresses {
  readonly platformUrl: string;
  readonly difyUrl: string;
}

/** `dataDir`: where a bot that stores anything stores it. Undefined: it is not started again. */
export type StartBot = (addresses: BotAddresses, dataDir: string | undefined) => Promise<BotProcess>;

export const killer = (child: ChildProcess) => async (): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill("SIGKILL");
  await exited;
};

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  if (typeof address !== "object" || address === null) throw new Error("no port is free");
  return address.port;
};

const isOpen = async (port: number): Promise<boolean> => {
  const socket = connect(port, "127.0.0.1");
  const isConnected = await once(socket, "connect").then(
    () => true,
    () => false,
  );
  socket.destroy();
  return isConnected;
};

export interface ServerCommand {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly settings: (port: number) => Readonly<Record<string, string>>;
}

/** None outlives this process, also if that fails. */
const started: ChildProcess[] = [];
process.on("exit", () => {
  for (const child of started) child.kill("SIGKILL");
});

/** LangBot takes half a minute. */
const maxStartMs = 180_000;

/** Starts a server, and waits until it listens. BENCH_PEERS_LOG=1 shows what it writes about errors. */
export const startServer = async ({ command, args, cwd, settings }: ServerCommand): Promise<BotProcess> => {
  const port = await freePort();
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, ...settings(port) },
    stdio: ["ignore", "ignore", process.env.BENCH_PEERS_LOG === "1" ? "inherit" : "ignore"],
  });
  started.push(child);
  const startedAt = Date.now();
  while (!(await isOpen(port))) {
    if (child.exitCode !== null || Date.now() > startedAt + maxStartMs)
      throw new Error("its bot did not start");
    await delay(50);
  }
  return { url: `http://127.0.0.1:${port}`, kill: killer(child) };
};
