import { makeBareRelay } from "./bare-relay.ts";
import { median } from "./median.ts";
import { startPeers } from "./peers.ts";
import { type AnswerTurn, makePipeline } from "./pipeline.ts";

/**
 * Measures CPU time per 1,000 deltas, from socket to socket. Compares it with a bare relay with the same input and
 * output. Dify and the IM run in another process. Deltas arrive one by one, as from a model.
 */
const goal = 2;
const rounds = 7;
const answers = 20;
const script = { deltas: 500, size: 5, paceMs: 5 };
/** The turn worker's interval. */
const minIntervalMs = 200;

const peers = await startPeers();
let users = 0;

/** In milliseconds for 1,000 deltas. */
const cpuOf = async (answerTurn: AnswerTurn): Promise<number> => {
  const before = process.cpuUsage();
  await Promise.all(
    Array.from({ length: answers }, async () => {
      users += 1;
      const user = `user-${users}`;
      const [seen] = await Promise.all([peers.waitForTurn(user), answerTurn(user, script)]);
      if (seen.length !== script.deltas * script.size) throw new Error("part of the answer is missing");
    }),
  );
  const { user, system } = process.cpuUsage(before);
  return ((user + system) / 1000 / (answers * script.deltas)) * 1000;
};

const relay = makeBareRelay(peers, minIntervalMs);
const bridge = makePipeline(peers, minIntervalMs);
const measured: { floor: number; ours: number }[] = [];
for (let round = 0; round <= rounds; round += 1) {
  measured.push({ floor: await cpuOf(relay), ours: await cpuOf(bridge) });
}
// The first round warms up.
const [, ...counted] = measured;
const ours = median(counted.map((each) => each.ours));
const floor = median(counted.map((each) => each.floor));
// Ratios within a round, since other load on the machine affects both.
const ratio = median(counted.map((each) => each.ours / each.floor));
console.log(
  `CPU for 1,000 deltas, median of ${rounds} rounds of ${answers} concurrent answers: bridge ${ours.toFixed(1)} ms, ` +
    `bare relay ${floor.toFixed(1)} ms, ratio ${ratio.toFixed(2)} (goal: at most ${goal})`,
);
peers.close();
