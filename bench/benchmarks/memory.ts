import { makePipeline } from "../pipeline.ts";
import type { AnswerScript } from "../servers/script.ts";
import { startServers } from "../servers.ts";
import type { Effort, Measurement } from "../suite/measurement.ts";

/** What answers occupy in memory after garbage collection: a very long one, and many at once. */
const everyMs = 250;
const megabyte = 1024 * 1024;
/** A tenth of the turn worker's interval, so that the run ends within seconds. */
const minIntervalMs = 20;
const streams = 100;

/** Heap, buffers and strings outside the heap, in megabytes. */
const usedNow = (): number => {
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / megabyte;
};

/** How much memory is used at most while the work runs, compared with before. */
const growthDuring = async (work: () => Promise<void>): Promise<number> => {
  const before = usedNow();
  const samples: number[] = [];
  const watching = setInterval(() => samples.push(usedNow()), everyMs);
  await work();
  clearInterval(watching);
  return Math.max(...samples, usedNow()) - before;
};

export const measure = async (effort: Effort): Promise<readonly Measurement[]> => {
  const servers = await startServers();
  const answerTurn = makePipeline(servers, minIntervalMs);
  let users = 0;
  const answer = async (script: AnswerScript): Promise<void> => {
    users += 1;
    const user = `user-${users}`;
    const [{ length }] = await Promise.all([servers.waitForTurn(user), answerTurn(user, script)]);
    if (length !== script.deltas * script.size) throw new Error(`${length} characters of the answer arrived`);
  };
  const answerMany = async (script: AnswerScript): Promise<void> => {
    await Promise.all(Array.from({ length: streams }, () => answer(script)));
  };

  const longMb = effort === "quick" ? 2 : 10;
  const long = { deltas: longMb * 8 * 1024, size: 128, firstMs: 0, paceMs: 0 };
  const short = { deltas: 30, size: 8, firstMs: 50, paceMs: 50 };
  // Warm-up, so that compiled code and connections are not attributed to the answers.
  await answer({ ...long, deltas: 8 * 1024 });
  await answerMany(short);
  const ofLong = await growthDuring(() => answer(long));
  const ofMany = await growthDuring(() => answerMany(short));
  servers.close();
  return [
    { name: `growth during an answer of ${longMb} MB`, value: ofLong, unit: "MB", max: 8 },
    { name: `an open stream, of ${streams}`, value: ofMany / streams, unit: "MB", max: 0.5 },
  ];
};
