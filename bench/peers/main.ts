import { observeBehaviour } from "./behaviour.ts";
import type { StartBot } from "./bot-process.ts";
import { type Contestant, enter } from "./contestants.ts";
import { type Peer, peers } from "./peers.ts";
import type { Behaviour, PeersResult } from "./results.ts";
import { measureSpeed } from "./speed.ts";

// Installs the peers, measures them all in turn, and then puts one after another into each situation. Sends the result to the
// process that started it.

const measurePeers = async (): Promise<PeersResult> => {
  const leftOut: Record<string, string> = {};
  const installed: { readonly peer: Peer; readonly start: StartBot; readonly contestant: Contestant }[] = [];
  for (const peer of peers) {
    try {
      const start = await peer.install();
      installed.push({ peer, start, contestant: await enter(peer, start, "in memory") });
    } catch (error) {
      leftOut[peer.name] = error instanceof Error ? error.message : String(error);
      console.error(`${peer.name} is left out: ${leftOut[peer.name]}`);
    }
  }
  const contestants = installed.map(({ contestant }) => contestant);
  const speed = await measureSpeed(contestants);
  for (const contestant of contestants) await contestant.close();

  const behaviour: Behaviour[] = [];
  for (const { peer, start } of installed) {
    const contestant = await enter(peer, start, "kept");
    behaviour.push(...(await observeBehaviour(contestant)));
    await contestant.close();
  }
  const versions = Object.fromEntries(installed.map(({ peer }) => [peer.name, peer.packages.join(", ")]));
  return { versions, speed: [...speed], behaviour, leftOut };
};

const result = await measurePeers();
process.send?.(result, () => process.exit(0));
