import * as v from "valibot";
import type { TranscriptMessage, Transcripts } from "#core/answer/model.ts";
import type { DifyType } from "#core/bot/integration-types.ts";
import { type BridgeError, callerError } from "#core/shared/errors.ts";
import { type CallDify, type DifyReply, errorBody, refused } from "./call-dify.ts";
import { messagesPerPage } from "./dify-history.ts";
import { difyUser, readMemory } from "./dify-ids.ts";
import { chatTypes } from "./dify-request.ts";
import { isLostConversation } from "./failures.ts";
import { type StoredMessage, storedMessages, toKeptMessage } from "./stored-message.ts";

const toTranscriptMessage = (message: StoredMessage): TranscriptMessage => ({
  ...toKeptMessage(message),
  rating: message.feedback?.rating ?? null,
  files: message.message_files,
});

const lost = (): BridgeError => callerError("not_found", "conversation: Dify no longer has it");

const refusalOf = ({ status, json }: DifyReply, before: string | undefined): BridgeError => {
  const { code = "unknown", message = "" } = v.is(errorBody, json) ? json : {};
  if (isLostConversation(status, code, message)) return lost();
  // 400: the id is not a UUID.
  return before !== undefined && (status === 404 || status === 400)
    ? callerError("bad_parameter", "before: must be the id of a message of this conversation")
    : refused(status);
};

/** Reads conversations that the bridge continues (docs/spec/dify.md, A1). */
export const makeDifyTranscripts = (callDify: CallDify): Transcripts<DifyType> => ({
  types: chatTypes,
  read: async (integration, memory, { limit, before }) => {
    const { conversationId, user } = readMemory(memory) ?? {};
    if (conversationId === undefined || user === undefined) throw lost();
    const query = {
      user: difyUser(user),
      conversation_id: conversationId,
      limit: String(Math.min(limit, messagesPerPage)),
      ...(before !== undefined && { first_id: before }),
    };
    const reply = await callDify({ integration, method: "GET", path: "messages", query });
    const parsed = v.safeParse(storedMessages, reply.json);
    if (reply.status !== 200 || !parsed.success) throw refusalOf(reply, before);
    const { data, has_more: hasMore } = parsed.output;
    return { items: data.map(toTranscriptMessage), next: hasMore ? data[0]?.id : undefined };
  },
});
