import { makeAskDify } from "#adapters/dify/ask-dify.ts";
import { makeCallDify } from "#adapters/dify/call-dify.ts";
import { type DifyReference, readReference, writeMemory } from "#adapters/dify/dify-ids.ts";
import type { DifyIntegration } from "#adapters/dify/dify-request.ts";
import { difyTimeouts } from "#adapters/dify/dify-timeouts.ts";
import { makeTurnCalls } from "#adapters/dify/turn-calls.ts";
import { makeHttpClient } from "#adapters/http/http-client.ts";
import { systemClock as clock } from "#adapters/node/system-clock.ts";
import type { AnswerOutcome } from "#core/answer/answer.ts";
import type { Question } from "#core/answer/model.ts";
import type { DifyType } from "#core/bot/integration-types.ts";
import { noLimits } from "../../../support/turn-limits.ts";
import { bot, messageEvent } from "../../../support/turns.ts";

const sendHttp = makeHttpClient({ publicOnly: false, clock });

export interface Asked {
  readonly integration: DifyIntegration;
  readonly text?: string;
  readonly files?: Question["files"];
  /** The user who asks. */
  readonly user?: string;
  /** The conversation to continue. */
  readonly conversationId?: string | undefined;
}

/** A question as a turn of this user asks it. */
export const questionOf = ({
  integration,
  text = "hello",
  files = [],
  user = "u7",
  conversationId,
}: Asked): Question<DifyType> => ({
  integration,
  text,
  files,
  bot: bot(),
  event: messageEvent({ fromUserId: user }),
  memory: conversationId === undefined ? undefined : writeMemory({ conversationId, user }),
});

/** The calls about a turn, as chat-control makes them. */
export const difyCalls = (timeouts: Partial<typeof difyTimeouts> = {}) => {
  const callDify = makeCallDify({ sendHttp, clock, timeouts: { ...difyTimeouts, ...timeouts } });
  return { callDify, ...makeTurnCalls(callDify) };
};

/** Asks, and returns Dify's ids of the turn as soon as it sends them. */
export const askNow = (integration: DifyIntegration, user = "u7") => {
  const named = Promise.withResolvers<DifyReference & { readonly reference: string }>();
  let text = "";
  const ask = makeAskDify({ sendHttp, clock, timeouts: { ...difyTimeouts, secondEndMs: 50 } });
  const outcome: Promise<AnswerOutcome> = ask(
    questionOf({ integration, user }),
    (event) => {
      if (event.type === "begun") {
        const { reference } = event;
        named.resolve({ user, ...readReference(reference), reference });
      }
      if (event.type === "delta") text += event.text;
    },
    noLimits(),
  );
  return { named: named.promise, outcome, text: () => text };
};
