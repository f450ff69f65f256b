import { describe, expect, test } from "@jest/globals";
import { sentences } from "#core/answer/sentences.ts";
import type { MessageRoute } from "#core/im/im-messages.ts";
import { makeWholeDelivery } from "#core/im/whole-delivery.ts";
import { BridgeError } from "#core/shared/errors.ts";
import { failedWith } from "../../../support/endings.ts";
import { makeTestClock } from "../../../support/test-clock.ts";

const route: MessageRoute = { appKey: "a", fromUserId: "bot", channelType: "PERSON", targetId: "u7" };

const setUp = (failures: BridgeError[] = []) => {
  const clock = makeTestClock();
  const sent: string[] = [];
  const im = {
    sendText: async (_route: MessageRoute, text: string) => {
      const failure = failures.shift();
      if (failure) throw failure;
      sent.push(text);
    },
  };
  return {
    sink: makeWholeDelivery({ im, clock, maxRetryMs: 30_000 })(route, {
      isHeld: () => true,
      deliverBy: Number.POSITIVE_INFINITY,
    }),
    clock,
    sent,
  };
};

describe("an answer in one message", () => {
  test("is sent once, when it is whole", async () => {
    const { sink, sent } = setUp();
    sink.delta("Hel");
    sink.delta("lo");
    expect(sent).toEqual([]);
    expect(await sink.end({ status: "complete" })).toEqual({ status: "delivered" });
    expect(sent).toEqual(["Hello"]);
  });

  test("that was replaced is sent as the replacement", async () => {
    const { sink, sent } = setUp();
    sink.delta("bad");
    sink.replace("good");
    await sink.end({ status: "complete" });
    expect(sent).toEqual(["good"]);
  });

  test("that was stopped is sent as far as it came, unless its question was taken back", async () => {
    for (const [ending, expected] of [
      [{ status: "stopped" }, ["half"]],
      [{ status: "stopped", dropsRest: true }, []],
    ] as const) {
      const { sink, sent } = setUp();
      sink.delta("half");
      expect(await sink.end(ending)).toEqual({ status: "delivered" });
      expect(sent).toEqual(expected);
    }
  });

  test("that failed says so, after the text so far", async () => {
    const { sink, sent } = setUp();
    sink.delta("half");
    await sink.end(failedWith(" (broken off)"));
    expect(sent).toEqual(["half (broken off)"]);
  });

  test("is replaced by one harmless sentence if the IM refuses its text", async () => {
    const { sink, sent } = setUp([new BridgeError("text_refused", "code 21501")]);
    sink.delta("a bad word");
    expect(await sink.end({ status: "complete" })).toMatchObject({ status: "undelivered" });
    expect(sent).toEqual([sentences.refusedByIm]);
  });

  test("is retried while the IM throttles, and reported when it is rejected", async () => {
    const busy = new BridgeError("upstream_refused", "429", { retryable: true });
    const { sink, sent, clock } = setUp([busy, busy]);
    sink.delta("x");
    const delivered = sink.end({ status: "complete" });
    await clock.advance(5_000);
    expect(await delivered).toEqual({ status: "delivered" });
    expect(sent).toEqual(["x"]);

    const refused = setUp([new BridgeError("upstream_refused", "the IM answered HTTP 403")]);
    refused.sink.delta("x");
    expect(await refused.sink.end({ status: "complete" })).toMatchObject({ status: "undelivered" });
  });
});
