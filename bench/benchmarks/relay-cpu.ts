import { makeBareRelay } from "../bare-relay.ts";
import { type AnswerTurn, makePipeline } from "../pipeline.ts";
import { startServers } from "../servers.ts";
import type { Effort, Measurement } from "../suite/measurement.ts";
import { interleaved, median } from "../suite/statistics.ts";

/** CPU time for 1,000 deltas, from socket to socket. The floor is a relay with the same input and output. */
const answers = 20;
/** Deltas arrive one by one, as from a model. */
const pace = { size: 5, firstMs: 5, paceMs: 5 };
/** In a quick run, the start of an answer is a larger part of it. */
const deltas = { quick: 200, full: 500 } as const satisfies Record<Effort, number>;
/** The turn worker's interval. */
const minIntervalMs = 200;

export const measure = async (effort: Effort): Promise<readonly Measurement[]> => {
  const servers = await startServers();
  const script = { ...pace, deltas: deltas[effort] };
  let users = 0;
  /** In milliseconds for 1,000 deltas. */
  const cpuOf = async (answerTurn: AnswerTurn): Promise<number> => {
    const before = process.cpuUsage();
    await Promise.all(
      Array.from({ length: answers }, async () => {
        users += 1;
        const user = `user-${users}`;
        const [seen] = await Promise.all([servers.waitForTurn(user), answerTurn(user, script)]);
        if (seen.length !== script.deltas * script.size) throw new Error("part of the answer is missing");
      }),
    );
    const { user, system } = process.cpuUsage(before);
    return ((user + system) / 1000 / (answers * script.deltas)) * 1000;
  };
  const relay = makeBareRelay(servers, minIntervalMs);
  const bridge = makePipeline(servers, minIntervalMs);
  const rounds = await interleaved(
    effort === "quick" ? 1 : 21,
    () => cpuOf(bridge),
    () => cpuOf(relay),
  );
  servers.close();
  return [
    { name: "CPU for 1,000 deltas", value: median(rounds.map(({ ours }) => ours)), unit: "ms" },
    {
      name: "the same against the relay",
      value: median(rounds.map(({ ours, floor }) => ours / floor)),
      unit: "×",
      max: 2,
    },
  ];
};
