import { expect, test } from "@jest/globals";
import type { WebhookCall, WebhookOutcome } from "#core/jobs/call-webhook.ts";
import { makeCircuitBreaker } from "#core/jobs/circuit-breaker.ts";
import { makeTestClock } from "../../../support/test-clock.ts";
import { bot, messageEvent, webhookIntegration } from "../../../support/turns.ts";

const accepted: WebhookOutcome = { status: "accepted" };
const timeout: WebhookOutcome = { status: "failed", reason: "timeout", retryAfterMs: undefined };
const serverError: WebhookOutcome = { status: "failed", reason: "HTTP 503", retryAfterMs: undefined };
const skipped = { status: "failed", reason: "circuit open after timeouts, endpoint not called" };

const callTo = (callbackUrl: string, appKey = "app-one"): WebhookCall => ({
  appKey,
  bot: bot(),
  integration: webhookIntegration({ callbackUrl }),
  event: messageEvent(),
  id: "msg_1",
});

const setUp = () => {
  const clock = makeTestClock();
  const called: string[] = [];
  const answers = new Map<string, WebhookOutcome>();
  const callWebhook = makeCircuitBreaker({
    clock,
    callWebhook: async ({ integration: { callbackUrl } }) => {
      called.push(callbackUrl);
      return answers.get(callbackUrl) ?? accepted;
    },
  });
  return { clock, called, answers, callWebhook };
};

const dead = "https://dead.example.com/hook";

test("a server that timed out twice is not called for a while, on any path, and others are called as usual", async () => {
  const { called, answers, callWebhook } = setUp();
  answers.set(dead, timeout);
  await callWebhook(callTo(dead));
  await callWebhook(callTo(dead));
  expect(await callWebhook(callTo(dead))).toMatchObject(skipped);
  expect(await callWebhook(callTo("https://dead.example.com/other"))).toMatchObject(skipped);
  expect(await callWebhook(callTo("https://well.example.com/hook"))).toEqual(accepted);
  expect(await callWebhook(callTo("https://dead.example.com/another", "app-two"))).toEqual(accepted);
  expect(called).toHaveLength(4);
});

test("a skipped server is tried again after 25 s, skipped again if it still times out, and called as usual once it answers", async () => {
  const { called, answers, callWebhook, clock } = setUp();
  answers.set(dead, timeout);
  for (let tries = 0; tries < 3; tries += 1) await callWebhook(callTo(dead));
  await clock.advance(25_000);
  expect(await callWebhook(callTo(dead))).toEqual(timeout);
  expect(await callWebhook(callTo(dead))).toMatchObject(skipped);
  await clock.advance(25_000);
  answers.set(dead, accepted);
  expect(await callWebhook(callTo(dead))).toEqual(accepted);
  answers.set(dead, timeout);
  expect(await callWebhook(callTo(dead))).toEqual(timeout);
  expect(called).toHaveLength(5);
});

test("one slow answer, or fast errors, do not stop calls to a server", async () => {
  const { answers, callWebhook } = setUp();
  for (const outcome of [timeout, serverError, timeout, accepted, timeout, serverError]) {
    answers.set(dead, outcome);
    expect(await callWebhook(callTo(dead))).toEqual(outcome);
  }
});
