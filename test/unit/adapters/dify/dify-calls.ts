import { makeAskDify } from "#adapters/dify/ask-dify.ts";
import { makeCallDify } from "#adapters/dify/call-dify.ts";
import { difyLimits } from "#adapters/dify/dify-limits.ts";
import { makeDifyMessages } from "#adapters/dify/message-calls.ts";
import { makeStopDify } from "#adapters/dify/stop-dify.ts";
import { makeHttpClient } from "#adapters/http/http-client.ts";
import { systemClock as clock } from "#adapters/node/system-clock.ts";
import type { AnswerIds, AnswerOutcome } from "#core/answer/answer.ts";
import type { OpenDifyIntegration } from "#core/bot/integration.ts";
import { noLimits } from "../../../support/turn-limits.ts";

const sendHttp = makeHttpClient({ publicOnly: false, clock });

/** The calls beside a question, as chat-control makes them. */
export const difyCalls = (waits: Partial<typeof difyLimits> = {}) => {
  const callDify = makeCallDify({ sendHttp, clock, waits: { ...difyLimits, ...waits } });
  return { callDify, stopDify: makeStopDify(callDify), messages: makeDifyMessages(callDify) };
};

/** Asks, and tells what Dify calls the turn as soon as it says so. */
export const askNow = (integration: OpenDifyIntegration, user = "u7") => {
  const named = Promise.withResolvers<AnswerIds>();
  let text = "";
  const askDify = makeAskDify({ sendHttp, clock, waits: { ...difyLimits, twinMs: 50 } });
  const question = { integration, text: "hello", files: [], inputs: {}, user, conversationId: undefined };
  const outcome: Promise<AnswerOutcome> = askDify(
    question,
    (event) => {
      if (event.type === "begun") named.resolve(event.ids);
      if (event.type === "delta") text += event.text;
    },
    noLimits(),
  );
  return { named: named.promise, outcome, text: () => text };
};
