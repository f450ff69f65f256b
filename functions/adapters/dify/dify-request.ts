import { createHash } from "node:crypto";
import { withoutTrailingSlashes } from "#adapters/http/base-url.ts";
import { currentTrace, traceHeaders } from "#adapters/node/trace.ts";
import type { Question } from "#core/answer/model.ts";
import type { ModelIntegrationWithKey } from "#core/bot/integration.ts";
import { type DifyType, difyTypes } from "#core/bot/integration-types.ts";
import type { QuestionFile } from "#core/message/question-file.ts";
import { difyUser, initialUser, readMemory } from "./dify-ids.ts";
import { difyInputs } from "./dify-inputs.ts";

export type DifyIntegration = ModelIntegrationWithKey<DifyType>;

/** A question in Dify's terms. */
export interface DifyQuestion {
  readonly integration: DifyIntegration;
  readonly text: string;
  readonly files: Question["files"];
  /** Complete in every turn: since Dify 1.0, each turn uses the inputs sent with it. */
  readonly inputs: Readonly<Record<string, string>>;
  readonly user: string;
  readonly conversationId: string | undefined;
}

/** The app of a run or conversation, and the user who asked: Dify shows it to nobody else. */
export type AskedUser = Pick<DifyQuestion, "integration" | "user">;

export const toDifyQuestion = (question: Question<DifyType>): DifyQuestion => {
  const { integration, text, files, bot, event, memory } = question;
  const stored = memory === undefined ? undefined : readMemory(memory);
  return {
    integration,
    text,
    files,
    inputs: difyInputs(bot, event),
    user: stored?.user ?? initialUser(question),
    conversationId: stored?.conversationId,
  };
};

export interface DifyRequest {
  readonly url: URL;
  readonly body: string;
}

export type ResponseMode = "streaming" | "blocking";

const paths: Record<DifyType, string> = {
  dify_chat: "chat-messages",
  dify_chatflow: "chat-messages",
  dify_agent: "chat-messages",
  dify_completion: "completion-messages",
  dify_workflow: "workflows/run",
};

/** The types of apps for chats: they have conversations. */
export const chatTypes = difyTypes.filter((type) => paths[type] === "chat-messages");

/** The path of a stop request. */
export const stopPath = (type: DifyType, taskId: string): string => {
  const runs = type === "dify_workflow" ? "workflows/tasks" : paths[type];
  return `${runs}/${encodeURIComponent(taskId)}/stop`;
};

/** A URL below the base URL of an app's service API. The base URL's query is kept. */
export const difyUrl = (
  { callbackUrl }: Pick<DifyIntegration, "callbackUrl">,
  path: string,
  query: Readonly<Record<string, string>> = {},
): URL => {
  const url = new URL(callbackUrl);
  url.pathname = `${withoutTrailingSlashes(url.pathname)}/${path}`;
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  return url;
};

/** Dify's own tracing joins the trace by `X-Trace-Id`, or else by `traceparent` (api/core/helper/trace_id_helper.py). */
export const difyHeaders = (
  { apiKey }: Pick<DifyIntegration, "apiKey">,
  contentType = "application/json",
): Readonly<Record<string, string>> => {
  const traceId = currentTrace()?.traceId;
  return {
    authorization: `Bearer ${apiKey}`,
    "content-type": contentType,
    ...traceHeaders(),
    ...(traceId !== undefined && { "x-trace-id": traceId }),
  };
};

/** Groups the traces of a user's turns with a bot in Dify's tracing. A hash: Dify's provider of traces is another party. */
export const sessionHeader = ({ integration, user }: AskedUser) => ({
  "x-trace-session-id": createHash("sha256")
    .update(JSON.stringify([integration.callbackUrl, integration.maskedApiKey, user]))
    .digest("hex")
    .slice(0, 32),
});

/** Whether the app has conversations, and stores each question in one as a message. */
export const isChat = ({ type }: Pick<DifyIntegration, "type">): boolean => paths[type] === "chat-messages";

/** The input that has the text of a question to an app without a chat. */
export const textInput = "query";

/** The app's inputs as they are sent: apps without a chat get the text among them. */
export const sentInputs = ({ integration, inputs, text }: DifyQuestion): Readonly<Record<string, string>> =>
  isChat(integration) ? inputs : { ...inputs, [textInput]: text };

/** Dify knows an upload only for the app and the user that uploaded it. */
export const toDifyFile = (file: QuestionFile) => ({
  type: file.kind,
  ...("url" in file
    ? { transfer_method: "remote_url", url: file.url }
    : { transfer_method: "local_file", upload_file_id: file.uploadId }),
});

/**
 * Does not request a conversation name: generating it costs a model call, and delays the first event by a second on Dify
 * 1.11 to 1.13. An empty `files` array is omitted.
 */
export const difyRequest = (question: DifyQuestion, mode: ResponseMode): DifyRequest => {
  const { integration, text, files, user, conversationId } = question;
  const common = {
    response_mode: mode,
    user: difyUser(user),
    inputs: sentInputs(question),
    ...(files.length > 0 && {
      files: files.map(toDifyFile),
    }),
  };
  const body = isChat(integration)
    ? {
        ...common,
        query: text,
        auto_generate_name: false,
        ...(conversationId && { conversation_id: conversationId }),
      }
    : common;
  return { url: difyUrl(integration, paths[integration.type]), body: JSON.stringify(body) };
};
