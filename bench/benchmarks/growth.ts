import { makePipeline } from "../pipeline.ts";
import type { AnswerScript } from "../servers/script.ts";
import { startServers } from "../servers.ts";
import type { Effort, Measurement } from "../suite/measurement.ts";

/** Whether a process that answers for days needs more memory or time for each turn, each of which begins a conversation. */
const atOnce = 20;
const samples = 20;
const script: AnswerScript = { deltas: 5, size: 8, firstMs: 0, paceMs: 0 };
const megabyte = 1024 * 1024;
/** Compiled code, buffers and connections grow at first. */
const warmUpShare = 0.25;

type Point = [turns: number, value: number];

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** The slope of the line that fits the points best. */
const slopeOf = (points: readonly Point[]): number => {
  const [x, y] = [mean(points.map(([turns]) => turns)), mean(points.map(([, value]) => value))];
  const covariance = mean(points.map(([turns, value]) => (turns - x) * (value - y)));
  return covariance / mean(points.map(([turns]) => (turns - x) ** 2));
};

export const measure = async (effort: Effort): Promise<readonly Measurement[]> => {
  const turns = effort === "quick" ? 1_200 : 100_000;
  const servers = await startServers();
  const answerTurn = makePipeline(servers, 0);
  let begun = 0;
  const answerUntil = async (end: number): Promise<void> => {
    const answerNext = async () => {
      while (begun < end) {
        begun += 1;
        const user = `user-${begun}`;
        await Promise.all([servers.waitForTurn(user), answerTurn(user, script)]);
      }
    };
    await Promise.all(Array.from({ length: atOnce }, answerNext));
  };

  const heap: Point[] = [];
  const time: Point[] = [];
  await answerUntil(turns * warmUpShare);
  const warm = begun;
  for (let sample = 1; sample <= samples; sample += 1) {
    const startedAt = performance.now();
    const before = begun;
    await answerUntil(warm + Math.round(((turns - warm) * sample) / samples));
    time.push([begun, (performance.now() - startedAt) / (begun - before)]);
    globalThis.gc?.();
    heap.push([begun, process.memoryUsage().heapUsed / megabyte]);
  }
  servers.close();
  const change = (points: readonly Point[]): number => slopeOf(points) * (turns - warm);
  return [
    {
      name: `heap, growth by ${turns - warm} turns`,
      value: change(heap),
      unit: "MB",
      max: 4,
      chart: { name: "growth-heap", title: "Heap in use, MB", points: heap },
    },
    {
      name: `time of a turn, after ${turns} turns against after ${warm}`,
      value: 1 + change(time) / mean(time.map(([, ms]) => ms)),
      unit: "×",
      max: 1.25,
      chart: { name: "growth-time", title: "Time of a turn, ms", points: time },
    },
  ];
};
