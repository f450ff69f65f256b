import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { decideAdmission, type UserState } from "#core/chat/decide-admission.ts";
import type { TurnRequest } from "#core/chat/user-guard.ts";

const now = Date.UTC(2026, 0, 1);
const limits = { turnsPerMinute: 3, turnsAtOnce: 2 };
const leaseMs = 300_000;

const asked = (given: Partial<TurnRequest> = {}): TurnRequest => ({
  appKey: "app-one",
  userId: "u7",
  turn: "t1",
  issuedAt: now - 1000,
  until: now + leaseMs,
  ...given,
});
const user = (given: Partial<UserState> = {}): UserState => ({
  revokedBefore: 0,
  open: new Map(),
  starts: [],
  ...given,
});
const decide = (state: UserState, given: Partial<TurnRequest> = {}, at = now) =>
  decideAdmission(state, asked(given), limits, at);

describe("a turn", () => {
  test("of a new user is admitted", () => {
    expect(decide(user())).toEqual({
      status: "admitted",
      next: { revokedBefore: 0, open: new Map([["t1", now + leaseMs]]), starts: [0, 0, now] },
    });
  });

  test("is not admitted by a token from before the revocation, even if it was admitted before", () => {
    const revoked = user({ revokedBefore: now, open: new Map([["t1", now + leaseMs]]) });
    expect(decide(revoked, { issuedAt: now - 1 })).toEqual({ status: "revoked" });
    expect(decide(revoked, { issuedAt: now })).toMatchObject({ status: "admitted" });
  });

  test("waits for a slot while all are taken: briefly, or until the first slot is free", () => {
    const open = new Map([
      ["a", now + leaseMs],
      ["b", now + leaseMs],
    ]);
    expect(decide(user({ open }))).toEqual({ status: "limited", retryAfterMs: 2000 });
    expect(decide(user({ open: open.set("b", now + 700) }))).toEqual({
      status: "limited",
      retryAfterMs: 700,
    });
  });

  test("takes the slot of one whose process has died", () => {
    const open = new Map([
      ["crashed", now],
      ["b", now + leaseMs],
    ]);
    expect(decide(user({ open }))).toMatchObject({
      next: {
        open: new Map([
          ["b", now + leaseMs],
          ["t1", now + leaseMs],
        ]),
      },
    });
  });

  test("waits until the minute leaves room, in whichever order the timestamps were written", () => {
    const starts = [now - 10_000, now - 50_000, now - 20_000];
    expect(decide(user({ starts }))).toEqual({ status: "limited", retryAfterMs: 10_000 });
    expect(decide(user({ starts }), {}, now + 9_999)).toEqual({ status: "limited", retryAfterMs: 1 });
    expect(decide(user({ starts }), {}, now + 10_000)).toMatchObject({
      next: { starts: [now - 20_000, now - 10_000, now + 10_000] },
    });
  });

  test("that was admitted already is admitted again without being counted again, even if there is room for no other", () => {
    const open = new Map([
      ["t1", now + leaseMs],
      ["b", now + leaseMs],
    ]);
    const full = user({ open, starts: [now, now, now] });
    expect(decide(full)).toEqual({ status: "admitted", next: undefined });
    expect(decide(full, { until: now + 1 })).toEqual({ status: "admitted", next: undefined });
  });

  test("that was admitted already gets a longer lease if it asks for one", () => {
    const starts = [now - 2, now - 1, now];
    const until = now + leaseMs;
    expect(decide(user({ open: new Map([["t1", until]]), starts }), { until: until + 1 })).toEqual({
      status: "admitted",
      next: { revokedBefore: 0, open: new Map([["t1", until + 1]]), starts },
    });
  });

  test.each([
    ["fewer", [now - 1]],
    ["more", [1, 2, 3, 4, 5, now - 2, now - 1]],
  ])("is admitted by the new limits after a change, whatever was counted by %s", (_name, starts) => {
    expect(decide(user({ starts }))).toMatchObject({ status: "admitted", next: { starts: { length: 3 } } });
  });
});

test("admission never exceeds the limits of concurrent turns and of turns per minute, and makes no turn wait without reason", () => {
  const step = fc.record({
    afterMs: fc.constantFrom(0, 1, 500, 2_000, 19_999, 20_000, 59_999, 60_000, 61_000),
    turn: fc.constantFrom("a", "b", "c", "d", "e"),
    leave: fc.boolean(),
    leaseMs: fc.constantFrom(1, 10_000, 300_000),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      let at = now;
      let state = user();
      const begun: number[] = [];
      for (const { afterMs, turn, leave, leaseMs: ms } of steps) {
        at += afterMs;
        if (leave) {
          state = { ...state, open: new Map([...state.open].filter(([each]) => each !== turn)) };
          continue;
        }
        const wasIn = (state.open.get(turn) ?? 0) > at;
        const decision = decide(state, { turn, until: at + ms, issuedAt: at }, at);
        if (decision.status === "limited") {
          expect(decision.retryAfterMs).toBeGreaterThan(0);
          expect(decision.retryAfterMs).toBeLessThanOrEqual(60_000);
          continue;
        }
        if (decision.status !== "admitted") throw new Error("unexpected revocation");
        if (!wasIn) begun.push(at);
        state = decision.next ?? state;
        expect([...state.open.values()].filter((until) => until > at).length).toBeLessThanOrEqual(2);
        expect(begun.filter((start) => start > at - 60_000).length).toBeLessThanOrEqual(3);
      }
    }),
  );
});
