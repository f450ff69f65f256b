import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { parseWebhookJob, toJobMessage } from "#adapters/sqs/job-message.ts";
import { eventTypes } from "#core/bot/event-type.ts";
import { bot, webhookIntegration } from "../../../support/turns.ts";
import { jsonOf } from "../../adapters/api-gateway/refusal.ts";
import { anyValue, formBodies, replacing, userText, withByteChanged, words } from "../any-body.ts";
import { botEvent, botEventsRoute, messagesRoute, ok, routedForm, setUpCallbacks } from "./callbacks.ts";

const anyJson = fc.oneof(
  anyValue,
  fc.dictionary(fc.constantFrom("type", "bot", "data", "timestamp", "__proto__", "constructor"), anyValue),
);
const eventData = replacing(botEvent({ content: JSON.stringify({ content: words }) }).data);
const nearEvent = fc
  .tuple(eventData, fc.constantFrom(...eventTypes))
  .chain(([data, type]) => replacing({ ...botEvent({}, { type }), data }));

/** Any sender. */
const bodies: Readonly<Record<string, fc.Arbitrary<Buffer>>> = {
  ...formBodies(routedForm({ content: JSON.stringify({ content: words }) })),
  "any JSON": anyJson.map(jsonOf),
  "anything like an event": nearEvent.map(jsonOf),
  "an event with a byte of it changed": withByteChanged(nearEvent.map(jsonOf)),
};

/** Lets everything be accepted that can be. */
const bots = [bot({ integrations: [webhookIntegration({ events: eventTypes })] })];

const cases = [messagesRoute, botEventsRoute].flatMap((route) =>
  Object.entries(bodies).map(([name, body]) => [name, route, body] as const),
);

const settings = { numRuns: 150 };

describe("a callback with a valid signature", () => {
  test.each(cases)(
    "and with %s is answered 200 at %s, nothing of its content is logged, and accepted jobs can be run",
    async (_name, route, body) => {
      await fc.assert(
        fc.asyncProperty(body, async (given) => {
          const { call, log, metrics, jobs } = setUpCallbacks({ bots });
          expect(await call(route, given)).toEqual(ok);
          expect(JSON.stringify(log.lines)).not.toContain(words);
          expect(log.lines.length).toBe(metrics.counts.length);
          expect(log.lines.length + jobs().length).toBeLessThanOrEqual(1);
          for (const job of jobs()) {
            expect(parseWebhookJob(toJobMessage(job).MessageBody)).toEqual(job);
            expect(() => JSON.parse(job.event.data.content)).not.toThrow();
          }
        }),
        settings,
      );
    },
  );
});

describe("a callback that is forged", () => {
  test.each(cases)("and with %s is 401 at %s, and changes nothing", async (_name, route, body) => {
    await fc.assert(
      fc.asyncProperty(body, userText, async (given, signature) => {
        const { call, jobs, log, metrics, clock } = setUpCallbacks({ bots });
        const query = { appKey: "app-one", nonce: "n", timestamp: String(clock.now()), signature };
        expect(await call(route, given, { query })).toMatchObject({ status: 401, body: { code: 1004 } });
        expect(jobs()).toEqual([]);
        expect(metrics.counts).toEqual([]);
        expect(JSON.stringify(log.lines)).not.toContain(words);
      }),
      { numRuns: 30 },
    );
  });
});
