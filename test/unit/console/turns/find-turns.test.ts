import { describe, expect, test } from "@jest/globals";
import { ApiError } from "../../../../console/src/api-error.ts";
import { findTurns, type GetTurns } from "../../../../console/src/pages/turns/turn/find-turns.ts";

const turn = {
  turn: "job:1",
  msgUID: "AAAA",
  channel: "im",
  userId: "bot-demo",
  fromUserId: "user-001",
  user: "p",
  channelType: "PERSON",
  targetId: "user-001",
  outcome: "answered",
  acceptedAt: 0,
} as const;

const notFound = () => Promise.reject(new ApiError("there is no such turn", { status: 404 }));

/** A bridge that knows the turn by one of its ids. */
const knownBy =
  (known: string, asked: object[] = []): GetTurns =>
  (request) => {
    asked.push(request);
    return known in request ? Promise.resolve({ turns: [turn], isComplete: true }) : notFound();
  };

describe("finding a turn", () => {
  test("takes an id of any kind", async () => {
    for (const name of ["turn", "msgUID", "requestId", "messageId"])
      expect((await findTurns(knownBy(name), "x", undefined)).turns).toEqual([turn]);
  });

  test("asks no further once it is found", async () => {
    const asked: object[] = [];
    await findTurns(knownBy("msgUID", asked), "x", undefined);
    expect(asked).toEqual([{ turn: "x" }, { msgUID: "x" }]);
  });

  test("finds none without an error", async () => {
    expect(await findTurns(notFound, "x", undefined)).toEqual({ turns: [], continueUntil: undefined });
  });

  test("says from when on turns were not searched, and goes on there", async () => {
    const asked: object[] = [];
    const partly: GetTurns = (request) => {
      asked.push(request);
      if (request.turn !== undefined) return notFound();
      const continueUntil = request.msgUID === undefined ? 700 : 500;
      return Promise.resolve({ turns: [], isComplete: false, continueUntil });
    };
    expect(await findTurns(partly, "x", undefined)).toEqual({ turns: [], continueUntil: 700 });
    await findTurns(partly, "x", 700);
    expect(asked.at(-1)).toEqual({ messageId: "x", until: 700 });
  });

  test("passes other errors on", async () => {
    const broken = new ApiError("no reply");
    await expect(findTurns(() => Promise.reject(broken), "x", undefined)).rejects.toBe(broken);
  });
});
