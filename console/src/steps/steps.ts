import type { TurnReply } from "#adapters/api-gateway/turn-reply.ts";

/** The steps of a turn, in the order in which they usually happen. */
export const stepNames = [
  "acceptedAt",
  "askedAt",
  "firstTextAt",
  "firstSentAt",
  "lastTextAt",
  "deliveredAt",
  "endedAt",
] as const satisfies readonly (keyof TurnReply)[];
export type StepName = (typeof stepNames)[number];

export interface Step {
  readonly name: StepName;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Since the first step, in milliseconds. */
  readonly afterMs: number;
  /** Since the step before, in milliseconds. */
  readonly gapMs: number;
  /** Where the gap begins and how long it is, as parts of the whole turn (0 to 1). */
  readonly from: number;
  readonly length: number;
  /** Whether the gap is the model's (or the webhook's) time, rather than the bridge's. */
  readonly isModel: boolean;
}

export type StepTimes = Pick<TurnReply, StepName>;

/** The steps that a turn has had, by time; those of the same millisecond in their usual order. */
export const stepsOf = (turn: StepTimes): readonly Step[] => {
  const steps = stepNames
    .flatMap((name) => {
      const at = turn[name];
      return at === undefined ? [] : [{ name, at }];
    })
    .toSorted((one, other) => one.at - other.at);
  const start = steps[0]?.at ?? turn.acceptedAt;
  const { askedAt = Number.POSITIVE_INFINITY } = turn;
  const modelDoneAt = turn.lastTextAt ?? turn.firstTextAt ?? turn.firstSentAt ?? turn.deliveredAt ?? 0;
  const totalMs = Math.max(1, (steps.at(-1)?.at ?? start) - start);
  return steps.map(({ name, at }, index) => {
    const before = steps[index - 1]?.at ?? start;
    const gapMs = at - before;
    return {
      name,
      at,
      afterMs: at - start,
      gapMs,
      from: (before - start) / totalMs,
      length: gapMs / totalMs,
      isModel: before >= askedAt && at <= modelDoneAt,
    };
  });
};

/** Time until the user had the first text, and until the turn ended; undefined if that did not happen. */
export const waitsOf = ({ acceptedAt, firstSentAt, endedAt }: StepTimes) => ({
  firstTextMs: firstSentAt === undefined ? undefined : Math.max(0, firstSentAt - acceptedAt),
  totalMs: endedAt === undefined ? undefined : Math.max(0, endedAt - acceptedAt),
});
