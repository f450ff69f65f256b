import { describe, expect, test } from "@jest/globals";
import type { AcceptMessages } from "#core/intake/accept-messages.ts";
import type { IncomingMessage } from "#core/intake/incoming-message.ts";
import {
  type ImPublishResult,
  makePublishMessage,
  type PublishedMessage,
} from "#core/intake/publish-message.ts";
import { makeTestClock } from "../../../support/test-clock.ts";

const message: PublishedMessage = {
  channelType: "PERSON",
  fromUserId: "u7",
  targetIds: ["bot-helpdesk"],
  objectName: "RC:TxtMsg",
  content: '{"content":"hello"}',
  directedTo: [],
  mentions: true,
};

const refusal: ImPublishResult = {
  status: "refused",
  reply: { status: 403, contentType: "application/json", body: '{"code":1009}' },
};

const publishedAs = (messageUIDs: Readonly<Record<string, string>>): ImPublishResult => ({
  status: "published",
  messageUIDs: new Map(Object.entries(messageUIDs)),
});

/** An app whose bots are called `bot-…`. */
const setUp = ({ passesThrough = false, atIm = publishedAs({}) } = {}) => {
  const clock = makeTestClock();
  const steps: string[] = [];
  const accepted: IncomingMessage[] = [];
  const acceptMessages: AcceptMessages = async (appKey, fromUserId, messages) => {
    steps.push(`accepted for ${appKey} from ${fromUserId}`);
    accepted.push(...messages);
    const fromBot = fromUserId.startsWith("bot-");
    return { jobs: fromBot ? 0 : messages.length, fromBot };
  };
  let uids = 0;
  const publishMessage = makePublishMessage({
    acceptMessages: (...given) => acceptMessages(...given),
    passesThrough,
    newMessageUID: () => {
      uids += 1;
      return `own-${uids}`;
    },
    clock,
  });
  const publish = (given: Partial<PublishedMessage> = {}, answer = async () => atIm) =>
    publishMessage("app-one", { ...message, ...given }, () => {
      steps.push("published at the IM");
      return answer();
    });
  return { publishMessage, publish, steps, accepted, clock };
};

const group = { channelType: "GROUP", targetIds: ["g1", "g2"], directedTo: ["u8"], mentions: false } as const;

describe("a published message", () => {
  test("reaches its bots unchanged, with its own id and the current time", async () => {
    const { publish, accepted, clock } = setUp();
    expect(await publish()).toEqual({
      status: "published",
      receipts: [{ targetId: "bot-helpdesk", messageUID: "own-1" }],
    });
    const { targetIds: _targets, ...rest } = message;
    expect(accepted).toEqual([
      { ...rest, toUserId: "bot-helpdesk", msgTimestamp: clock.now(), msgUID: "own-1" },
    ]);
  });

  test("to several targets is a message of its own to each, and only one to a repeated target", async () => {
    const { publish, accepted } = setUp();
    const published = await publish({ targetIds: ["b1", "u8", "b1"] });
    expect(published).toMatchObject({
      receipts: [
        { targetId: "b1", messageUID: "own-1" },
        { targetId: "u8", messageUID: "own-2" },
      ],
    });
    expect(accepted.map(({ toUserId, msgUID }) => `${toUserId} ${msgUID}`)).toEqual(["b1 own-1", "u8 own-2"]);
  });

  test("to groups keeps its recipients and whether it mentions", async () => {
    const { publish, accepted } = setUp();
    await publish(group);
    expect(accepted).toMatchObject([
      { channelType: "GROUP", toUserId: "g1", directedTo: ["u8"], mentions: false },
      { channelType: "GROUP", toUserId: "g2", directedTo: ["u8"], mentions: false },
    ]);
  });

  test("whose jobs were not queued is rejected: its server must not treat it as sent", async () => {
    const { clock } = setUp();
    const publishMessage = makePublishMessage({
      acceptMessages: () => Promise.reject(new Error("the queue is down")),
      passesThrough: false,
      newMessageUID: () => "own-1",
      clock,
    });
    await expect(publishMessage("app-one", message, async () => publishedAs({}))).rejects.toThrow(
      "queue is down",
    );
  });
});

describe("with a real IM behind the bridge, a message", () => {
  const passesThrough = true;

  test("is sent there first, and is accepted under the ids from there: the route's copy is no second event", async () => {
    const { publish, steps, accepted } = setUp({
      passesThrough,
      atIm: publishedAs({ b1: "im-1", b2: "im-2" }),
    });
    const published = await publish({ targetIds: ["b2", "b1"] });
    expect(steps).toEqual(["published at the IM", "accepted for app-one from u7"]);
    expect(accepted.map(({ toUserId, msgUID }) => `${toUserId} ${msgUID}`)).toEqual(["b2 im-2", "b1 im-1"]);
    expect(published).toEqual({
      status: "published",
      receipts: [
        { targetId: "b2", messageUID: "im-2" },
        { targetId: "b1", messageUID: "im-1" },
      ],
    });
  });

  test("that the IM rejects is rejected with its error, and reaches no bot", async () => {
    const { publish, accepted } = setUp({ passesThrough, atIm: refusal });
    expect(await publish()).toEqual(refusal);
    expect(accepted).toEqual([]);
  });

  test("that the IM does not answer is rejected, and reaches no bot", async () => {
    const { publish, accepted } = setUp({ passesThrough });
    await expect(publish({}, () => Promise.reject(new Error("not reached")))).rejects.toThrow("not reached");
    expect(accepted).toEqual([]);
  });

  test.each([
    ["no id", publishedAs({ b1: "im-1" })],
    ["an empty one", publishedAs({ b1: "im-1", b2: "" })],
  ])("to which the IM gives %s gets one of our own: no two messages are confused", async (_, atIm) => {
    const { publish, accepted } = setUp({ passesThrough, atIm });
    await publish({ targetIds: ["b1", "b2"] });
    expect(accepted.map(({ msgUID }) => msgUID)).toEqual(["im-1", "own-1"]);
  });

  test("has a receipt for each of its targets only, whatever else the IM names", async () => {
    const { publish, accepted } = setUp({
      passesThrough,
      atIm: publishedAs({ b1: "im-1", stranger: "im-2" }),
    });
    expect(await publish({ targetIds: ["b1"] })).toMatchObject({ receipts: [{ targetId: "b1" }] });
    expect(accepted).toHaveLength(1);
  });

  test("from a bot is sent there once", async () => {
    const { publish, steps } = setUp({ passesThrough, atIm: publishedAs({ u7: "im-1" }) });
    const published = await publish({ fromUserId: "bot-helpdesk", targetIds: ["u7"] });
    expect(steps).toEqual(["published at the IM", "accepted for app-one from bot-helpdesk"]);
    expect(published).toMatchObject({ receipts: [{ targetId: "u7", messageUID: "im-1" }] });
  });
});

describe("stand-alone, a message", () => {
  test("from a user is not forwarded", async () => {
    const { publish, steps } = setUp();
    await publish();
    expect(steps).toEqual(["accepted for app-one from u7"]);
  });

  test("from a bot reaches its user over the IM, and has the id from there", async () => {
    const { publish, steps } = setUp({ atIm: publishedAs({ u7: "im-1" }) });
    const published = await publish({ fromUserId: "bot-helpdesk", targetIds: ["u7", "u8"] });
    expect(steps).toEqual(["accepted for app-one from bot-helpdesk", "published at the IM"]);
    expect(published).toMatchObject({
      receipts: [
        { targetId: "u7", messageUID: "im-1" },
        { targetId: "u8", messageUID: expect.stringMatching(/^own-/) },
      ],
    });
  });

  test("from a bot that the IM rejects is rejected with its error", async () => {
    const { publish } = setUp({ atIm: refusal });
    expect(await publish({ fromUserId: "bot-helpdesk", targetIds: ["u7"] })).toEqual(refusal);
  });

  test("is not sent to the IM if its sender cannot be looked up", async () => {
    const { clock } = setUp();
    let sent = false;
    const publishMessage = makePublishMessage({
      acceptMessages: () => Promise.reject(new Error("throttled")),
      passesThrough: false,
      newMessageUID: () => "own-1",
      clock,
    });
    const publishing = publishMessage("app-one", message, async () => {
      sent = true;
      return publishedAs({});
    });
    await expect(publishing).rejects.toThrow("throttled");
    expect(sent).toBe(false);
  });
});
