import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { callBack } from "../bridge.ts";
import { startServers } from "../servers.ts";
import type { Effort, Measurement } from "../suite/measurement.ts";
import { usageOf } from "../suite/process-usage.ts";

/**
 * `npm start` as a whole: all its processes, npm included. RongCloud delivers messages as fast as they are answered, with a
 * fixed number in flight.
 */
const inFlight = 64;
const text = JSON.stringify({ deltas: 20, size: 5, firstMs: 10, paceMs: 10 });
const messages = {
  quick: { warmUp: 64, measured: 128 },
  full: { warmUp: 1_000, measured: 2_000 },
} as const satisfies Record<Effort, object>;
const root = fileURLToPath(new URL("../..", import.meta.url));

/** Resolves with the address that `npm start` prints. */
const startNpm = async (environment: Readonly<Record<string, string>>) => {
  const npm = spawn("npm", ["start", "--silent"], {
    cwd: root,
    env: { ...process.env, PORT: "0", CONSOLE_PORT: "0", ...environment },
    stdio: ["ignore", "pipe", "ignore"],
  });
  const { promise: url, resolve, reject } = Promise.withResolvers<string>();
  let output = "";
  npm.stdout.setEncoding("utf8").on("data", (printed: string) => {
    output = `${output}${printed}`.slice(-10_000);
    const [, found] = /^ready (\S+)$/m.exec(output) ?? [];
    if (found !== undefined) resolve(found);
  });
  npm.once("exit", (code) => reject(new Error(`npm start ended with ${code}`)));
  return { npm, url: await url, pid: npm.pid ?? 0 };
};

export const measure = async (effort: Effort): Promise<readonly Measurement[]> => {
  const { warmUp, measured } = messages[effort];
  const servers = await startServers();
  const startedAt = performance.now();
  const { npm, url, pid } = await startNpm({
    RONGCLOUD_API_URL: servers.imUrl,
    PASS_THROUGH: "0",
    DIFY_API_URL: servers.difyUrl,
    DIFY_API_KEY: "app-bench",
  });
  const readyMs = performance.now() - startedAt;

  let sent = 0;
  const sendMessages = async (count: number): Promise<void> => {
    const last = sent + count;
    const sendOn = async () => {
      while (sent < last) {
        sent += 1;
        const from = `user-${sent}`;
        const answered = servers.waitForTurn(from);
        const reply = await callBack(url, { from, to: "bot-demo", msgUID: randomUUID(), text });
        if (!reply.ok) throw new Error(`a message was answered with ${reply.status}`);
        await answered;
      }
    };
    await Promise.all(Array.from({ length: inFlight }, sendOn));
  };

  const isLinux = process.platform === "linux";
  const usage = () => (isLinux ? usageOf(pid) : { residentMb: Number.NaN, cpuMs: Number.NaN });
  await delay(2_000);
  const idle = usage();
  await sendMessages(warmUp);
  let highestMb = 0;
  const sampling = setInterval(() => {
    highestMb = Math.max(highestMb, usage().residentMb);
  }, 250);
  const before = usage();
  const begun = performance.now();
  await sendMessages(measured);
  const seconds = (performance.now() - begun) / 1_000;
  const cpuMs = (usage().cpuMs - before.cpuMs) / measured;
  clearInterval(sampling);
  npm.removeAllListeners("exit");
  npm.kill("SIGTERM");
  await once(npm, "exit");
  servers.close();
  return [
    { name: "time until ready", value: readyMs, unit: "ms", max: 4_000 },
    { name: "messages answered", value: measured / seconds, unit: "per second" },
    ...(isLinux
      ? ([
          { name: "memory, ready", value: idle.residentMb, unit: "MB", max: 450 },
          { name: "memory, under load", value: highestMb, unit: "MB", max: 700 },
          { name: "CPU a message", value: cpuMs, unit: "ms" },
        ] as const)
      : []),
  ];
};
