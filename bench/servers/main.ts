import { performance } from "node:perf_hooks";
import { startDify } from "./dify.ts";
import { startIm } from "./im.ts";
import type { Addresses, TurnResult } from "./script.ts";

/** Reasons that end an answer. After others, its next message follows. */
const lastReasons = [0, 1, 2];

const turns = new Map<string, { firstTextAt: number; endedAt: number; seen: TurnResult }>();
const send = (message: Addresses | TurnResult): void => void process.send?.(message);

const difyUrl = await startDify({
  onFirstText: (user) => {
    const seen = { user, firstMs: 0, endMs: 0, length: 0, chunks: 0, messages: 0 };
    turns.set(user, { firstTextAt: performance.now(), endedAt: Number.NaN, seen });
  },
  onEnd: (user) => {
    const turn = turns.get(user);
    if (turn) turn.endedAt = performance.now();
  },
});
const imUrl = await startIm(({ toUserId, content }) => {
  const now = performance.now();
  const turn = turns.get(toUserId);
  if (!turn) return;
  const { firstTextAt, endedAt, seen } = turn;
  turn.seen = {
    ...seen,
    firstMs: seen.chunks === 0 ? now - firstTextAt : seen.firstMs,
    endMs: now - endedAt,
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
