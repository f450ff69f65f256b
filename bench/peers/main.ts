import { performance } from "node:perf_hooks";
import { startDifyPeer } from "./dify.ts";
import { startImPeer } from "./im.ts";
import type { Addresses, TurnResult } from "./script.ts";

/** Reasons that end an answer. After others, its next message follows. */
const lastReasons = [0, 1, 2];

const turns = new Map<string, { firstTextAt: number; seen: TurnResult }>();
const send = (message: Addresses | TurnResult): void => void process.send?.(message);

const difyUrl = await startDifyPeer((user) => {
  const seen = { user, firstMs: Number.NaN, length: 0, chunks: 0, messages: 0 };
  turns.set(user, { firstTextAt: performance.now(), seen });
});
const imUrl = await startImPeer(({ toUserId, content }) => {
  const now = performance.now();
  const turn = turns.get(toUserId);
  if (!turn) return;
  const { firstTextAt, seen } = turn;
  turn.seen = {
    ...seen,
    firstMs: seen.chunks === 0 ? now - firstTextAt : seen.firstMs,
    length: seen.length + content.content.length,
    chunks: seen.chunks + 1,
    messages: seen.messages + (content.messageUID === undefined ? 1 : 0),
  };
  if (!content.complete || !lastReasons.includes(content.completeReason ?? 0)) return;
  turns.delete(toUserId);
  send(turn.seen);
});
process.on("disconnect", () => process.exit(0));
send({ difyUrl: `${difyUrl}/v1`, imUrl });
