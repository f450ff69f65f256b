import type { TurnReply } from "#adapters/api-gateway/turn-reply.ts";

type Outcome = TurnReply["outcome"];

const good: readonly Outcome[] = ["answered", "delivered", "paused", "stopped", "truncated"];

export const isGood = ({ outcome }: TurnReply): boolean => good.includes(outcome);
export const isRunning = ({ outcome }: TurnReply): boolean => outcome === "running";
