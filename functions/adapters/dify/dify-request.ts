import { createHash } from "node:crypto";
import type { Question } from "../../core/answer.ts";
import type { DifyType } from "../../core/integration.ts";

export interface DifyRequest {
  readonly url: URL;
  readonly body: string;
}

const paths: Record<DifyType, string> = {
  dify_chat: "chat-messages",
  dify_chatflow: "chat-messages",
  dify_agent: "chat-messages",
  dify_completion: "completion-messages",
  dify_workflow: "workflows/run",
};

/** Dify answers 500 to a longer one. */
const longestUser = 255;

const userOf = (user: string): string =>
  [...user].length > longestUser ? createHash("sha256").update(user).digest("hex") : user;

/**
 * Always read as a stream: a blocking call is cut at 60–100 s and an agent refuses it. No name is asked for: it
 * costs a model call, and a second before the first event on Dify 1.11 to 1.13.
 */
export const difyRequest = ({ integration, text, inputs, user, conversationId }: Question): DifyRequest => {
  const url = new URL(integration.callbackUrl);
  url.pathname = `${url.pathname.replace(/\/+$/, "")}/${paths[integration.type]}`;
  const common = { response_mode: "streaming", user: userOf(user) };
  const isChat = paths[integration.type] === "chat-messages";
  const body = isChat
    ? {
        ...common,
        query: text,
        inputs,
        auto_generate_name: false,
        ...(conversationId && { conversation_id: conversationId }),
      }
    : { ...common, inputs: { ...inputs, query: text } };
  return { url, body: JSON.stringify(body) };
};
