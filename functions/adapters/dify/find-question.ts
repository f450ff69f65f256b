import * as v from "valibot";
import { lenientList } from "#adapters/model-api/lenient.ts";
import { type CallDifyPorts, makeCallDify, makeLookUp } from "./call-dify.ts";
import { difyUser } from "./dify-ids.ts";
import type { DifyQuestion } from "./dify-request.ts";
import { runFailure } from "./failures.ts";
import type { RunState } from "./look-up-answer.ts";
import { factsOf, type StoredMessage, storedMessages } from "./stored-message.ts";

const conversations = v.object({
  data: lenientList(
    v.object({
      id: v.string(),
      /** Seconds since the epoch. */
      created_at: v.number(),
    }),
  ),
});

/** Others may have followed, by the same user: in other conversations, or outside of the bridge. */
const itemsLookedAt = "20";
const maxConversations = 5;

/** A question that Dify has stored as a message. */
export interface FoundQuestion {
  readonly conversationId: string;
  readonly messageId: string;
  readonly state: RunState;
}

const stateOf = (message: StoredMessage): RunState => {
  const { status, answer, error = "", extra_contents: forms } = message;
  switch (status) {
    case "error":
      return { status: "ended", outcome: runFailure({ status: "failed", error, steps: undefined }) };
    case "paused":
      return { status: "paused", text: answer, forms, runId: forms.find(({ runId }) => runId)?.runId };
    default:
      // A message gets its answer at the end of its run.
      return answer === ""
        ? { status: "running" }
        : { status: "answered", text: answer, more: factsOf(message) };
  }
};

/** In milliseconds, for a response that does not show Dify's clock. */
const clockSkewMs = 5_000;

/** When a question was asked, in seconds since the epoch by Dify's clock, which its response shows; at the latest. */
export const askedAtOf = (date: string | undefined, headAfterMs: number, now: number): number => {
  const shown = Date.parse(date ?? "");
  const headAt = Number.isNaN(shown) ? now - clockSkewMs : shown;
  // Dify's database may be a second behind.
  return Math.floor((headAt - headAfterMs) / 1000) - 1;
};

/**
 * Finds the message of a question whose run sent no ids, by its user, conversation, text and time (docs/spec/dify.md, A8-14).
 * `since`: when the question was asked, in seconds by Dify's clock. Undefined if Dify does not have it or does not answer;
 * workflows and completion apps list no messages.
 */
export const makeFindQuestion = (ports: CallDifyPorts) => {
  const lookUp = makeLookUp(makeCallDify(ports));

  return async (
    { integration, user, conversationId, text }: DifyQuestion,
    since: number,
    signal: AbortSignal,
  ): Promise<FoundQuestion | undefined> => {
    const common = { user: difyUser(user), limit: itemsLookedAt };

    const findIn = async (id: string): Promise<FoundQuestion | undefined> => {
      const query = { ...common, conversation_id: id };
      const found = await lookUp(storedMessages, { integration, path: "messages", query, signal });
      const message = found?.data.findLast(
        ({ query: asked, created_at: at = 0 }) => at >= since && asked?.trim() === text.trim(),
      );
      return message && { conversationId: id, messageId: message.id, state: stateOf(message) };
    };

    if (conversationId !== undefined) return findIn(conversationId);
    const listed = await lookUp(conversations, { integration, path: "conversations", query: common, signal });
    const begun = listed?.data.filter(({ created_at: at }) => at >= since).slice(0, maxConversations) ?? [];
    const found = await Promise.all(begun.map(({ id }) => findIn(id)));
    return found.find((each) => each !== undefined);
  };
};

export type FindQuestion = ReturnType<typeof makeFindQuestion>;
