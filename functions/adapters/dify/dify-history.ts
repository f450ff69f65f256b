import * as v from "valibot";
import { lenient, lenientList } from "#adapters/model-api/lenient.ts";
import type { ModelHistory, Page } from "#core/answer/model.ts";
import type { DifyType } from "#core/bot/integration-types.ts";
import { type CallDify, type DifyCall, refused } from "./call-dify.ts";
import { difyUser } from "./dify-ids.ts";
import { chatTypes } from "./dify-request.ts";
import { storedMessages, toKeptMessage } from "./stored-message.ts";

/** The maximum. */
const conversationsPerPage = "100";
/** Few, since each has a question and an answer of any length. */
export const messagesPerPage = 20;

const pageOf = <T extends v.GenericSchema>(item: T) =>
  v.object({ data: lenientList(item), has_more: v.fallback(v.optional(v.boolean(), false), false) });

/** Seconds since the epoch. */
const seconds = v.pipe(
  v.number(),
  v.transform((at) => at * 1000),
);

const conversations = pageOf(
  v.pipe(
    v.object({ id: v.string(), name: lenient(v.string()), created_at: seconds }),
    v.transform(({ id, name = "", created_at: startedAt }) => ({ id, name, startedAt })),
  ),
);

const nothing = { data: [], has_more: false } as const;

/** Conversations and messages that Dify keeps (docs/spec/dify.md, A1). Completion apps and workflows list none. */
export const makeDifyHistory = (callDify: CallDify): ModelHistory<DifyType> => {
  const getPage = async <S extends typeof conversations | typeof storedMessages>(
    schema: S,
    call: Omit<DifyCall, "method">,
    isEmptyIfUnknown: boolean,
  ): Promise<v.InferOutput<S> | typeof nothing> => {
    const { status, json } = await callDify({ method: "GET", ...call });
    if (status === 404 && isEmptyIfUnknown) return nothing;
    const parsed = v.safeParse(schema, json);
    if (status !== 200 || !parsed.success) throw refused(status);
    return parsed.output;
  };
  const toPage = <I extends { readonly id: string }>(
    { data: items, has_more: hasMore }: { readonly data: readonly I[]; readonly has_more: boolean },
    last: I | undefined,
  ): Page<I> => ({ items, next: hasMore ? last?.id : undefined });

  return {
    lists: chatTypes,
    conversations: async (integration, userId, after) => {
      const query = {
        user: difyUser(userId),
        limit: conversationsPerPage,
        ...(after !== undefined && { last_id: after }),
      };
      const page = await getPage(conversations, { integration, path: "conversations", query }, false);
      return toPage(page, page.data.at(-1));
    },
    messages: async (integration, userId, conversationId, before) => {
      const query = {
        user: difyUser(userId),
        conversation_id: conversationId,
        limit: String(messagesPerPage),
        ...(before !== undefined && { first_id: before }),
      };
      const page = await getPage(storedMessages, { integration, path: "messages", query }, true);
      const kept = { ...page, data: page.data.map(toKeptMessage) };
      return toPage(kept, kept.data[0]);
    },
    remove: async (integration, userId, conversationId) => {
      const path = `conversations/${encodeURIComponent(conversationId)}`;
      const { status } = await callDify({
        integration,
        method: "DELETE",
        path,
        body: { user: difyUser(userId) },
      });
      // 0.15.3 answers with 200, later versions with 204.
      if (status !== 200 && status !== 204 && status !== 404) throw refused(status);
    },
  };
};
