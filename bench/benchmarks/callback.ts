import { randomUUID } from "node:crypto";
import { startBridge } from "../bridge.ts";
import type { Effort, Measurement } from "../suite/measurement.ts";
import { median, percentile } from "../suite/statistics.ts";

/** How long RongCloud waits for the reply to a message. The floor is a function that does nothing, through the same gateway. */
const warmUp = 10;

export const measure = async (effort: Effort): Promise<readonly Measurement[]> => {
  const bridge = await startBridge({});
  const calls = warmUp + (effort === "quick" ? 30 : 300);
  const timed = async (call: () => Promise<Response>): Promise<number> => {
    const startedAt = performance.now();
    const response = await call();
    await response.text();
    if (response.status !== 200) throw new Error(`unexpected status ${response.status}`);
    return performance.now() - startedAt;
  };
  const times: Record<"floor" | "no bot" | "a bot", number[]> = { floor: [], "no bot": [], "a bot": [] };
  for (let n = 0; n < calls; n += 1) {
    times.floor.push(await timed(() => fetch(`${bridge.url}/health`)));
    times["no bot"].push(await timed(() => bridge.callBack(`user-${n}`, "user-without-bot", randomUUID())));
    times["a bot"].push(await timed(() => bridge.callBack(`user-${n}`, "bot-demo", randomUUID())));
  }
  await bridge.close();
  const floor = median(times.floor.slice(warmUp));
  return (["no bot", "a bot"] as const).flatMap((to): Measurement[] => {
    const counted = times[to].slice(warmUp);
    return [
      { name: `to ${to}, p50`, value: median(counted), unit: "ms" },
      { name: `to ${to}, p95`, value: percentile(counted, 0.95), unit: "ms" },
      { name: `to ${to} against an empty function`, value: median(counted) / floor, unit: "×" },
    ];
  });
};
