import { makeBareRelay } from "./bare-relay.ts";
import { medianOf, runs } from "./median.ts";
import { startPeers } from "./peers.ts";
import { type AnswerTurn, makePipeline } from "./pipeline.ts";

/**
 * What the bridge adds where it matters most: from Dify's writing of its first text until the user's first chunk is at
 * the IM, over real sockets; against the floor of a relay that does nothing else, over as many turns in the same run.
 */
const goalMs = 10;
const turns = 300;
/** Dify thinks before it speaks, and the rest of an answer is not what is measured here. */
const script = { deltas: 3, size: 8, paceMs: 10 };
const minIntervalMs = 10;

const peers = await startPeers();
let users = 0;
const firstMs = (answerTurn: AnswerTurn) => async (): Promise<number> => {
  users += 1;
  const user = `user-${users}`;
  const [seen] = await Promise.all([peers.waitForTurn(user), answerTurn(user, script)]);
  return seen.firstMs;
};

const relay = firstMs(makeBareRelay(peers, minIntervalMs));
const bridge = firstMs(makePipeline(peers, minIntervalMs));
// Each warms up, and then both run again: whoever is first pays for the peers.
await medianOf(relay, runs);
await medianOf(bridge, runs);
const floor = await medianOf(relay, turns);
const ours = await medianOf(bridge, turns);
console.log(
  `from Dify's first text to the user's first chunk, median of ${turns} turns: the bridge ${ours.toFixed(2)} ms ` +
    `(goal under ${goalMs} ms), a bare relay ${floor.toFixed(2)} ms`,
);
peers.close();
