import { randomUUID } from "node:crypto";
import { makeModels } from "#adapters/models/make-models.ts";
import { systemClock as clock } from "#adapters/node/system-clock.ts";
import { makeNullSink } from "#core/answer/answer-sink.ts";
import { replyRouteOf } from "#core/im/im-messages.ts";
import { makeWholeDelivery } from "#core/im/whole-delivery.ts";
import { makeForwardTurn } from "#core/turn/forward-turn.ts";
import type { Turn } from "#core/turn/turn.ts";
import { noConversations } from "../no-conversations.ts";
import { turnOf } from "../turn.ts";
import { attacks } from "./attacks.ts";

const [, , serverUrl = "", name = ""] = process.argv;
const attack = attacks[name];
if (!attack) throw new Error(`no attack is called ${name}`);

const megabyte = 1024 * 1024;
/** Enough for most attacks to reach their bound. Those that the bridge need not bound end here. */
const deadlineMs = 10_000;
const forwardTurn = makeForwardTurn({
  conversations: noConversations,
  models: makeModels({ clock, allowPrivate: true }),
  clock,
  log: { info: () => {}, warn: () => {}, error: console.error },
  newToken: randomUUID,
});

const given = turnOf(`${serverUrl}/${encodeURIComponent(name)}`, "user", "hello");
const options = { showThinking: attack.showThinking === true };
const turn: Turn = {
  ...given,
  integration:
    attack.api === "openai"
      ? { ...given.integration, type: "openai", options: { ...options, model: "m" } }
      : { ...given.integration, options },
};
const sendWholeTo = makeWholeDelivery({ im: { sendText: async () => {} }, clock, maxRetryMs: 0 });
const sink = attack.isWhole
  ? sendWholeTo(replyRouteOf(turn), { isHeld: () => true, deliverBy: Number.POSITIVE_INFINITY })
  : makeNullSink();

const inUse = (): number => {
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / megabyte;
};
const start = inUse();
let peak = start;
const watching = setInterval(() => {
  peak = Math.max(peak, inUse());
}, 20);
const startedAt = Date.now();
const report = await forwardTurn(
  turn,
  { sink },
  { deadline: startedAt + deadlineMs, signal: new AbortController().signal },
);
clearInterval(watching);
const outcome = report.status === "ended" ? report.outcome.status : report.status;
const seconds = (Date.now() - startedAt) / 1000;
process.send?.({ outcome, seconds, growth: peak - start });
process.exit(0);
