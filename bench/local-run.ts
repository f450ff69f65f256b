import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { Agent, request } from "node:http";
import { performance } from "node:perf_hooks";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { signCall } from "#adapters/rongcloud/sign-call.ts";
import { startServers } from "./servers.ts";

/**
 * Measures `npm start` as a whole: all its processes, npm itself included. Dify and the IM are other processes, which are
 * not measured. Linux only: it reads /proc.
 *
 * Messages are sent as fast as they are answered, with a fixed number in flight. Each answer has 20 deltas, 10 ms apart.
 */
const inFlight = 64;
const warmUpMessages = 1_000;
const measuredMessages = Number(process.argv[2] ?? 2_000);

const app = { appKey: "local-app-key", secret: "local-app-secret" };
const botId = "bot-bench";
const question = JSON.stringify({ deltas: 20, size: 5, paceMs: 10 });
const root = fileURLToPath(new URL("..", import.meta.url));

const servers = await startServers();
const startedAt = performance.now();
const npm = spawn("npm", ["start", "--silent"], {
  cwd: root,
  env: { ...process.env, PORT: "0", RONGCLOUD_API_URL: servers.imUrl, PASS_THROUGH: "0" },
  stdio: ["ignore", "pipe", "ignore"],
});
const { promise: ready, resolve: setUrl, reject } = Promise.withResolvers<string>();
let output = "";
npm.stdout?.setEncoding("utf8").on("data", (text: string) => {
  output = `${output}${text}`.slice(-10_000);
  const [, found] = /^ready (\S+)$/m.exec(output) ?? [];
  if (found !== undefined) setUrl(found);
});
npm.once("exit", (code) => reject(new Error(`npm start ended with ${code}`)));
const url = await ready;
const readyMs = performance.now() - startedAt;

interface Usage {
  readonly residentMb: number;
  readonly cpuMs: number;
}

/** In clock ticks; 100 per second on every Linux that Node runs on. */
const tickMs = 10;
const pageMb = 4096 / 2 ** 20;

/** Memory and CPU time of `npm start` and its descendants, those that have ended included. */
const usage = (): Usage => {
  const processes = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        // The name of the program, in brackets, may contain blanks.
        const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
          .replace(/^.*\) /s, "")
          .split(" ");
        const numberAt = (index: number) => Number(fields[index - 3]);
        const ticks = numberAt(14) + numberAt(15) + numberAt(16) + numberAt(17);
        return [{ pid: Number(pid), parent: numberAt(4), ticks, pages: numberAt(24) }];
      } catch {
        return [];
      }
    });
  const own = new Set([npm.pid]);
  for (let size = 0; size < own.size; ) {
    size = own.size;
    for (const { pid, parent } of processes) if (own.has(parent)) own.add(pid);
  }
  const measured = processes.filter(({ pid }) => own.has(pid));
  return {
    residentMb: measured.reduce((sum, { pages }) => sum + pages * pageMb, 0),
    cpuMs: measured.reduce((sum, { ticks }) => sum + ticks * tickMs, 0),
  };
};

const agent = new Agent({ keepAlive: true });
const call = (path: string, type: string, body: string): Promise<number | undefined> =>
  new Promise((resolve, fail) => {
    const headers = { ...signCall(app, Date.now()), "content-type": type };
    request(`${url}${path}`, { method: "POST", agent, headers }, (response) => {
      response.resume().once("end", () => resolve(response.statusCode));
    })
      .once("error", fail)
      .end(body);
  });

let sent = 0;
const sendMessage = async (): Promise<void> => {
  const user = `user-${sent++}`;
  const answered = servers.waitForTurn(user);
  const body = new URLSearchParams({
    fromUserId: user,
    toUserId: botId,
    objectName: "RC:TxtMsg",
    content: JSON.stringify({ content: question }),
  });
  const status = await call(
    "/message/private/publish.json",
    "application/x-www-form-urlencoded",
    String(body),
  );
  if (status !== 200) throw new Error(`a message was answered with ${status}`);
  await answered;
};

const sendMessages = async (count: number): Promise<void> => {
  const last = sent + count;
  const sendOn = async () => {
    while (sent < last) await sendMessage();
  };
  await Promise.all(Array.from({ length: inFlight }, sendOn));
};

const created = await call(
  "/v3/bot/create.json",
  "application/json",
  JSON.stringify({
    userId: botId,
    name: "Bench",
    type: "faq",
    profileUrl: "https://example.com/bot.png",
    integrations: [{ type: "dify_chatflow", callbackUrl: servers.difyUrl, auth: { apiKey: "app-bench" } }],
  }),
);
if (created !== 200) throw new Error(`the bot was answered with ${created}`);
await delay(2_000);
const idle = usage();

await sendMessages(warmUpMessages);
let highestMb = 0;
const sampling = setInterval(() => {
  highestMb = Math.max(highestMb, usage().residentMb);
}, 250);
const before = usage();
const begun = performance.now();
await sendMessages(measuredMessages);
const seconds = (performance.now() - begun) / 1000;
const after = usage();
clearInterval(sampling);

const results = [
  ["time until ready", readyMs / 1000, "<=", 4, "s"],
  ["memory, ready", idle.residentMb, "<=", 450, "MB"],
  ["memory, under load", highestMb, "<=", 700, "MB"],
  ["CPU a message", (after.cpuMs - before.cpuMs) / measuredMessages, "<=", 10, "ms"],
  ["messages a second", measuredMessages / seconds, ">=", 200, "1/s"],
] as const;
for (const [name, value, comparison, limit, unit] of results) {
  const ok = comparison === "<=" ? value <= limit : value >= limit;
  console.log(
    `local run, ${name}: ${value.toFixed(1)} ${unit} (limit ${comparison} ${limit} ${unit}${ok ? "" : ", missed"})`,
  );
}
npm.removeAllListeners("exit");
npm.kill("SIGTERM");
await once(npm, "exit");
process.exit(0);
