import * as v from "valibot";
import { lenientList } from "#adapters/model-api/lenient.ts";
import type { Model } from "#core/answer/model.ts";
import type { DifyType } from "#core/bot/integration-types.ts";
import { BridgeError, callerError } from "#core/shared/errors.ts";
import { type CallDify, refused } from "./call-dify.ts";
import { difyUser, readMemory, readReference, writeReference } from "./dify-ids.ts";
import { stopPath } from "./dify-request.ts";

/** Dify suggests three questions. Longer ones, and any more, are dropped. */
const maxSuggestions = 20;
const maxSuggestionCharacters = 1_024;

const suggested = v.object({
  data: lenientList(v.pipe(v.string(), v.maxLength(maxSuggestionCharacters)), maxSuggestions),
});

const refusal = (status: number): BridgeError =>
  status === 404 ? callerError("not_found", "turn: Dify no longer has this message") : refused(status);

/** Stops, rates and follows up a turn by Dify's ids (docs/spec/dify.md, A1). */
export const makeTurnCalls = (
  callDify: CallDify,
): Required<Pick<Model<DifyType>, "stop" | "suggest" | "rate" | "idsOf" | "referenceTo">> => ({
  referenceTo: (user, messageId) => writeReference({ taskId: undefined, messageId, user }),
  idsOf: (reference, memory) => {
    const { taskId, messageId } = (reference !== undefined && readReference(reference)) || {};
    const { conversationId } = (memory !== undefined && readMemory(memory)) || {};
    return { task: taskId, message: messageId, conversation: conversationId };
  },
  // Dify responds with 200 whether or not the task exists, and stops it asynchronously (A1, A8-12).
  stop: async (integration, reference) => {
    const { taskId, user } = readReference(reference) ?? {};
    if (taskId === undefined || user === undefined) return;
    const path = stopPath(integration.type, taskId);
    const { status } = await callDify({ integration, method: "POST", path, body: { user: difyUser(user) } });
    if (status !== 200)
      throw new BridgeError("upstream_refused", `Dify answered the stop request with HTTP ${status}`);
  },
  suggest: async (integration, reference) => {
    const { messageId, user } = readReference(reference) ?? {};
    if (messageId === undefined || user === undefined) return [];
    const path = `messages/${encodeURIComponent(messageId)}/suggested`;
    const query = { user: difyUser(user) };
    const { status, json } = await callDify({ integration, method: "GET", path, query });
    // 400 means that suggestions are disabled in the app.
    if (status === 400) return [];
    const parsed = v.safeParse(suggested, json);
    if (status !== 200 || !parsed.success) throw refusal(status);
    return parsed.output.data;
  },
  rate: async (integration, reference, { rating, note }) => {
    const { messageId, user } = readReference(reference) ?? {};
    if (messageId === undefined || user === undefined) {
      throw callerError("not_found", "turn: Dify has no message for this turn");
    }
    const path = `messages/${encodeURIComponent(messageId)}/feedbacks`;
    const body = { rating, user: difyUser(user), ...(note !== undefined && { content: note }) };
    const { status } = await callDify({ integration, method: "POST", path, body });
    // Dify responds with 400 if there is no rating to remove; nothing changes.
    if (status === 400 && rating === null) return;
    if (status !== 200) throw refusal(status);
  },
});
