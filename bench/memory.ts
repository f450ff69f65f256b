import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { startPeers } from "./peers.ts";
import { makePipeline } from "./pipeline.ts";

/**
 * Measures whether an answer of 10 MB accumulates in memory: heap and external memory after garbage collection, at the
 * start, four times a second while the answer streams at the IM's pace, and at the end.
 */
setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc");
const everyMs = 250;
const megabyte = 1024 * 1024;
const script = { deltas: 80 * 1024, size: 128, paceMs: 0 };
/** A tenth of the turn worker's interval, so that the run ends within seconds. */
const minIntervalMs = 20;

interface Memory {
  readonly heap: number;
  /** Buffers and strings outside the heap. */
  readonly external: number;
}

/** In megabytes. */
const measure = (): Memory => {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return { heap: heapUsed / megabyte, external: external / megabyte };
};

const peers = await startPeers();
const answerTurn = makePipeline(peers, minIntervalMs);
const answer = async (user: string, given: typeof script) => {
  const [seen] = await Promise.all([peers.waitForTurn(user), answerTurn(user, given)]);
  return seen;
};
// Warm-up, so that compiled code and caches are not attributed to the answer.
await answer("user-warm", { ...script, deltas: 8 * 1024 });

const start = measure();
const during: Memory[] = [];
const watching = setInterval(() => during.push(measure()), everyMs);
const { length, messages, chunks } = await answer("user-long", script);
clearInterval(watching);
const end = measure();
if (length !== script.deltas * script.size) throw new Error(`${length} characters of the answer arrived`);

const line = (of: keyof Memory): string => {
  const max = Math.max(...during.map((memory) => memory[of]), end[of]);
  return (
    `${start[of].toFixed(1)} MB at the start, ${end[of].toFixed(1)} MB at the end, at most ${max.toFixed(1)} MB, ` +
    `growth ${(max - start[of]).toFixed(1)} MB`
  );
};
console.log(
  `memory while an answer of ${(length / megabyte).toFixed(0)} MB is sent in ${messages} messages and ${chunks} chunks, ` +
    `${during.length} samples: heap ${line("heap")}; external ${line("external")}`,
);
peers.close();
