import type { SQSClient } from "@aws-sdk/client-sqs";
import { describe, expect, test } from "@jest/globals";
import { makeJobQueue } from "#adapters/sqs/job-queue.ts";
import { eventTypes } from "#core/bot/event-type.ts";
import { makeDispatchJobs } from "#core/intake/dispatch-jobs.ts";
import { makeReportJob } from "#core/jobs/job-report.ts";
import { makeMemoryLog } from "../../../support/memory-log.ts";
import { makeMemoryMetrics } from "../../../support/memory-metrics.ts";
import { mentioningUsers } from "../../../support/messages.ts";
import { pseudonymOf } from "../../../support/pseudonyms.ts";
import { makeTestClock } from "../../../support/test-clock.ts";
import { bot, difyIntegration, webhookIntegration } from "../../../support/turns.ts";
import { proxyEvent } from "../../adapters/api-gateway/proxy-event.ts";
import { jsonOf } from "../../adapters/api-gateway/refusal.ts";
import { type Form, formOf } from "../message-publish/forms.ts";
import {
  botEvent,
  botEventsRoute,
  messagesRoute,
  ok,
  rcHeaders,
  routedForm,
  setUpCallbacks,
  signedQuery,
} from "./callbacks.ts";

const routed = (given: Form = {}): Buffer => formOf(routedForm(given));
const eventBody = (data: object = {}, given: object = {}): Buffer => jsonOf(botEvent(data, given));

const routes = [
  [messagesRoute, routed],
  [botEventsRoute, eventBody],
] as const;

const refusedWith = (code: number) => ({ status: 401, body: { code, errorMessage: expect.any(String) } });

describe.each(routes)("a callback at %s", (route, body) => {
  test("is answered 200, and its bot gets a job for it", async () => {
    const { call, jobs, log, metrics } = setUpCallbacks();
    expect(await call(route, body())).toEqual(ok);
    expect(jobs()).toMatchObject([
      {
        appKey: "app-one",
        botUserId: "bot-helpdesk",
        event: { type: "message:private", data: { content: '{"content":"hello"}', source: "iOS" } },
      },
    ]);
    expect(log.lines).toEqual([]);
    expect(metrics.counts).toEqual([]);
  });

  test("is accepted if its headers sign it", async () => {
    const { call, jobs, clock } = setUpCallbacks();
    expect(await call(route, body(), { query: {}, headers: rcHeaders(clock.now()) })).toEqual(ok);
    expect(jobs()).toHaveLength(1);
  });

  test("is answered 200 each time it comes, and each copy makes the same job, which the queue deduplicates", async () => {
    const { call, jobs, clock } = setUpCallbacks();
    for (const given of [{}, {}, { msgUID: undefined }, { msgUID: undefined }]) {
      expect(await call(route, body(given), { query: signedQuery(clock.now(), "the same") })).toEqual(ok);
      await clock.advance(5_000);
    }
    const [first, again, nameless, namelessAgain] = jobs().map(({ event }) => event.data.msgUID);
    expect(again).toBe(first);
    expect(namelessAgain).toBe(nameless);
    expect(nameless).not.toBe(first);
  });

  test("is 401 if it is forged, stale or signed by an unknown app, and changes nothing", async () => {
    const { call, clock, jobs, reads } = setUpCallbacks();
    const right = signedQuery(clock.now());
    expect(await call(route, body(), { query: {} })).toEqual(refusedWith(1004));
    expect(await call(route, body(), { query: { ...right, signature: "0".repeat(40) } })).toEqual(
      refusedWith(1004),
    );
    expect(await call(route, body(), { query: signedQuery(clock.now() - 300_001) })).toEqual(
      refusedWith(1004),
    );
    expect(await call(route, body(), { query: { ...right, appKey: "app-two" } })).toEqual(refusedWith(1001));
    expect(jobs()).toEqual([]);
    expect(reads).toEqual([]);
  });

  test("is 401 if its signature was used for another one, and changes nothing", async () => {
    const { call, clock, jobs, log, metrics } = setUpCallbacks();
    const query = signedQuery(clock.now());
    expect(await call(route, body(), { query })).toEqual(ok);
    for (const other of [body({ fromUserId: "u8" }), body({ toUserId: "nobody" }), Buffer.from("nonsense")]) {
      expect(await call(route, other, { query })).toEqual(refusedWith(1004));
    }
    expect(jobs()).toHaveLength(1);
    expect([...new Set(log.lines.map(({ event }) => event))]).toEqual([
      "callback_signature_reused",
      "request_refused",
    ]);
    expect(metrics.counts).toEqual([]);
  });

  test("that is forged costs only the verification: its body is not parsed", async () => {
    const { handle } = setUpCallbacks();
    const looked: string[] = [];
    const event = Object.defineProperty(proxyEvent({ path: route }), "body", {
      get: () => looked.push("body"),
    });
    expect(await handle(event)).toEqual(refusedWith(1004));
    expect(looked).toEqual([]);
  });

  test("for no bot is ignored", async () => {
    const { call, jobs, log } = setUpCallbacks({ bots: [bot({ integrations: [] })] });
    expect(await call(route, body())).toEqual(ok);
    expect(jobs()).toEqual([]);
    expect(log.lines).toEqual([]);
  });

  test("that cannot be parsed is answered 200, since it would only be repeated, and is logged and counted", async () => {
    const { call, jobs, log, metrics } = setUpCallbacks();
    expect(await call(route, body({ content: "private words" }))).toEqual(ok);
    expect(jobs()).toEqual([]);
    expect(log.lines).toEqual([
      {
        level: "warn",
        event: "callback_dropped",
        fields: { app: "app-one", route, reason: expect.stringMatching(/content: must contain valid JSON$/) },
      },
    ]);
    expect(metrics.counts).toEqual([{ name: "CallbackDropped", dimensions: { route } }]);
  });

  test.each<[string, object, string]>([
    ["without its sender", { fromUserId: undefined }, "fromUserId: is required"],
    ["of an unknown channel", { channelType: "private words" }, "channelType: must be"],
    ["with content of over 128 KB", { content: JSON.stringify("private words".repeat(12_000)) }, "at most"],
  ])("%s is dropped by field and rule, without its content", async (_name, given, reason) => {
    const { call, log, metrics } = setUpCallbacks();
    expect(await call(route, body({ ...given }))).toEqual(ok);
    expect(log.lines).toMatchObject([{ event: "callback_dropped", fields: { route } }]);
    expect(String(log.lines[0]?.fields.reason)).toContain(reason);
    expect(JSON.stringify(log.lines)).not.toContain("private words");
    expect(metrics.counts).toHaveLength(1);
  });

  test("of no bytes, of invalid UTF-8, or of a megabyte and more is dropped", async () => {
    const { call, log } = setUpCallbacks();
    expect(await call(route, Buffer.alloc(0))).toEqual(ok);
    expect(await call(route, Buffer.from([0xff, 0xfe, 0x00]))).toEqual(ok);
    expect(await call(route, Buffer.alloc(1024 * 1024 + 1, "private words"))).toEqual(ok);
    expect(log.lines.map(({ fields }) => fields.reason)).toEqual([
      "body: must not be empty",
      "body: must be valid UTF-8",
      expect.stringMatching(/^body: at most \d+ bytes, got 1048577 bytes$/),
    ]);
  });

  test("that is dropped does not affect the next one", async () => {
    const { call, jobs } = setUpCallbacks();
    await call(route, Buffer.from("{"));
    expect(await call(route, body())).toEqual(ok);
    expect(jobs()).toHaveLength(1);
  });
});

describe("a failure of our own", () => {
  /** SQS when it accepts some entries of a batch and not others. */
  const refusing = {
    send: async () => ({ Failed: [{ Id: "1", Code: "InternalError", SenderFault: false }] }),
  } as unknown as SQSClient;

  const withQueue = (client: SQSClient) => {
    const queue = makeJobQueue({ client, queueUrl: "https://sqs.example.com/turns.fifo" });
    const report = makeReportJob({
      pseudonymOf,
      log: makeMemoryLog(),
      metrics: makeMemoryMetrics(),
      clock: makeTestClock(),
    });
    return setUpCallbacks({
      bots: [bot({ integrations: [webhookIntegration(), difyIntegration()] })],
      dispatchJobs: makeDispatchJobs({
        turns: queue,
        webhooks: queue,
        cutoffs: { advance: async () => {} },
        inbox: { add: async () => {} },
        log: makeMemoryLog(),
        report,
      }),
    });
  };

  test.each(routes)("is 500 at %s, so that RongCloud sends it again, and no drop", async (route, body) => {
    const { call, log, metrics } = withQueue(refusing);
    expect(await call(route, body())).toEqual({
      status: 500,
      body: { code: 1000, errorMessage: "internal error, please try again" },
    });
    expect(log.lines).toMatchObject([{ level: "error", event: "request_failed", fields: { path: route } }]);
    expect(JSON.stringify(log.lines)).not.toContain("hello");
    expect(metrics.counts).toEqual([]);
  });

  test.each(routes)("is 500 at %s if the queue cannot be reached at all", async (route, body) => {
    const unreachable = {
      send: () => Promise.reject(new Error("connect ECONNREFUSED")),
    } as unknown as SQSClient;
    expect(await withQueue(unreachable).call(route, body())).toMatchObject({ status: 500 });
  });
});

describe("a routed message", () => {
  test.each(["PERSONS", "TEMPGROUP", "CUSTOMERSERVICE", "NOTIFY", "MC", "MP", "ULTRAGROUP", "SYSTEM"])(
    "of the channel %s is ignored without reading any bots",
    async (channelType) => {
      const { call, jobs, log, metrics, reads } = setUpCallbacks();
      expect(await call(messagesRoute, routed({ channelType }))).toEqual(ok);
      expect([...jobs(), ...reads]).toEqual([]);
      const ignored = { event: "message_ignored", fields: { app: "app-one", reason: "channel" } };
      expect(log.lines).toEqual([{ level: "info", ...ignored }]);
      expect(metrics.counts).toEqual([{ name: "MessageIgnored", dimensions: { reason: "channel" } }]);
    },
  );

  test("to a group addresses the bots that its content mentions", async () => {
    const { call, jobs } = setUpCallbacks();
    const group = { channelType: "GROUP", toUserId: "g1" };
    await call(messagesRoute, routed(group));
    expect(jobs()).toEqual([]);
    await call(messagesRoute, routed({ ...group, content: mentioningUsers("bot-helpdesk") }));
    expect(jobs()).toMatchObject([
      { event: { type: "message:group_mentioned", data: { channelType: "GROUP", toUserId: "g1" } } },
    ]);
  });

  test("to some members of a group addresses only bots among them", async () => {
    const { call, jobs } = setUpCallbacks();
    const group = { channelType: "GROUP", toUserId: "g1", content: mentioningUsers("bot-helpdesk") };
    await call(messagesRoute, routed({ ...group, groupUserIds: '["u8"]' }));
    expect(jobs()).toEqual([]);
    await call(messagesRoute, routed({ ...group, groupUserIds: ["u8", "bot-helpdesk"] }));
    expect(jobs()).toHaveLength(1);
  });

  test("with a duplicate field is dropped", async () => {
    const { call, log } = setUpCallbacks();
    expect(await call(messagesRoute, routed({ content: ['{"a":1}', '{"a":1}'] }))).toEqual(ok);
    expect(log.lines).toMatchObject([
      { fields: { reason: expect.stringContaining("may be sent only once") } },
    ]);
  });

  test("with a duplicate unknown field is dropped without its name, which may be user text", async () => {
    const { call, log } = setUpCallbacks();
    const body = `${routed()}&private words&private words`;
    expect(await call(messagesRoute, Buffer.from(body))).toEqual(ok);
    expect(log.lines).toMatchObject([{ event: "callback_dropped" }]);
    expect(JSON.stringify(log.lines)).not.toContain("private words");
  });
});

describe("a bot event from RongCloud", () => {
  test.each(eventTypes)("of %s reaches its integrations that ask for it", async (type) => {
    const integrations = [webhookIntegration({ events: [type] })];
    const { call, jobs } = setUpCallbacks({ bots: [bot({ integrations })] });
    expect(await call(botEventsRoute, eventBody({}, { type }))).toEqual(ok);
    expect(jobs().map(({ event }) => event)).toEqual([
      { type, timestamp: 1_767_225_600_123, data: botEvent().data },
    ]);
  });

  test.each(eventTypes)("of %s reaches no bot that it does not name", async (type) => {
    const other = bot({ userId: "bot-sales", integrations: [webhookIntegration({ events: [type] })] });
    const { call, jobs } = setUpCallbacks({ bots: [bot(), other] });
    expect(await call(botEventsRoute, eventBody({ toUserId: "bot-sales" }, { type }))).toEqual(ok);
    expect(jobs().filter(({ botUserId }) => botUserId === "bot-sales")).toEqual([]);
  });

  test("for a bot that does not exist is dropped with that reason: its webhook leads here, and no one receives it", async () => {
    const { call, log, metrics } = setUpCallbacks({ bots: [] });
    expect(await call(botEventsRoute, eventBody())).toEqual(ok);
    expect(log.lines).toMatchObject([
      { event: "callback_dropped", fields: { reason: "bot.userId: no bot has this id" } },
    ]);
    expect(metrics.counts).toHaveLength(1);
  });

  test.each<[string, Buffer]>([
    ["a string in JSON", jsonOf("private words")],
    ["no JSON", Buffer.from("private words")],
    ["an array", jsonOf(["private words"])],
    ["an unknown type", eventBody({}, { type: "private words" })],
    ["a bot that is a string", eventBody({}, { bot: "private words" })],
    ["data that is a string", eventBody({}, { data: "private words" })],
    ["an id that is an array", eventBody({ fromUserId: ["private words"] })],
  ])("as %s is dropped without its content", async (_name, body) => {
    const { call, log } = setUpCallbacks();
    expect(await call(botEventsRoute, body)).toEqual(ok);
    expect(log.lines).toMatchObject([{ event: "callback_dropped" }]);
    expect(JSON.stringify(log.lines)).not.toContain("private words");
  });

  test("with the longest message possible reaches its integrations, each character of it escaped", async () => {
    const content = JSON.stringify("<".repeat(128 * 1024 - 2));
    const body = eventBody({ content }).toString().replaceAll("<", "\\u003c");
    const { call, jobs } = setUpCallbacks();
    expect(await call(botEventsRoute, Buffer.from(body))).toEqual(ok);
    expect(jobs().map(({ event }) => event.data.content === content)).toEqual([true]);
  });

  test("with a duplicate unknown key is dropped without it, since it may be user text", async () => {
    const { call, log } = setUpCallbacks();
    const body = '{"private words":1,"private words":2}';
    expect(await call(botEventsRoute, Buffer.from(body))).toEqual(ok);
    expect(log.lines).toMatchObject([{ event: "callback_dropped" }]);
    expect(JSON.stringify(log.lines)).not.toContain("private words");
  });
});

test("a callback to an unknown address is 404, signed or not", async () => {
  const { call } = setUpCallbacks();
  const notFound = { status: 404, body: { code: 404, errorMessage: "no such path" } };
  for (const route of ["/callbacks/rongcloud", "/callbacks/rongcloud/messages/", "/constructor"]) {
    expect(await call(route, routed())).toEqual(notFound);
    expect(await call(route, routed(), { query: {} })).toEqual(notFound);
  }
});
