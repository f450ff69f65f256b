import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import * as v from "valibot";
import { attacks } from "./bounds/attacks.ts";

/**
 * Runs a turn against each answer without an end (`bounds/attacks.ts`), in a process with the heap of a function of 512 MB,
 * and prints how the turn ends and by how much its memory grows before garbage is collected.
 */
const maxHeapMb = 400;

const result = v.object({ outcome: v.string(), seconds: v.number(), growth: v.number() });

const pathOf = (file: string): string => fileURLToPath(new URL(`./bounds/${file}.ts`, import.meta.url));

const server = fork(pathOf("server"));
const [serverUrl] = await once(server, "message");

const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(attacks);
let failures = 0;
for (const name of names) {
  const child = fork(pathOf("run-attack"), [String(serverUrl), name], {
    execArgv: [`--max-old-space-size=${maxHeapMb}`],
    stdio: ["inherit", "inherit", "ignore", "ipc"],
  });
  const [message] = await Promise.race([once(child, "message"), once(child, "exit")]);
  const parsed = v.safeParse(result, message);
  if (!parsed.success) failures += 1;
  const line = parsed.success
    ? `${parsed.output.outcome} after ${parsed.output.seconds.toFixed(1)} s, growth ${parsed.output.growth.toFixed(0)} MB`
    : "the process died";
  console.log(`an endless answer, ${name}: ${line}`);
}
server.disconnect();
process.exitCode = failures === 0 ? 0 : 1;
