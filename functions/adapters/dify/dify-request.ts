import { createHash } from "node:crypto";
import type { Question } from "#core/answer/answer.ts";
import type { DifyType, OpenDifyIntegration } from "#core/bot/integration.ts";

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

/** Where a run is stopped: of a workflow below its tasks. */
export const stopPath = (type: DifyType, taskId: string): string => {
  const runs = type === "dify_workflow" ? "workflows/tasks" : paths[type];
  return `${runs}/${encodeURIComponent(taskId)}/stop`;
};

/** Dify answers 500 to a longer one. */
const longestUser = 255;

/** The `user` that Dify is told, the same wherever it is asked for. */
export const difyUser = (user: string): string =>
  [...user].length > longestUser ? createHash("sha256").update(user).digest("hex") : user;

/** An address below the base of an app's service API, whose own query stays. */
export const difyUrl = (
  { callbackUrl }: Pick<OpenDifyIntegration, "callbackUrl">,
  path: string,
  query: Readonly<Record<string, string>> = {},
): URL => {
  const url = new URL(callbackUrl);
  url.pathname = `${url.pathname.replace(/\/+$/, "")}/${path}`;
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  return url;
};

export const difyHeaders = ({ apiKey }: Pick<OpenDifyIntegration, "apiKey">) => ({
  authorization: `Bearer ${apiKey}`,
  "content-type": "application/json",
});

/**
 * No name is asked for: it costs a model call, and a second before the first event on Dify 1.11 to 1.13.
 * An empty list of files is left out, as by those who send none.
 */
export const difyRequest = (
  { integration, text, files, inputs, user, conversationId }: Question,
  mode: ResponseMode,
): DifyRequest => {
  const path = paths[integration.type];
  const common = {
    response_mode: mode,
    user: difyUser(user),
    ...(files.length > 0 && {
      files: files.map(({ kind, url }) => ({ type: kind, transfer_method: "remote_url", url })),
    }),
  };
  const body =
    path === "chat-messages"
      ? {
          ...common,
          query: text,
          inputs,
          auto_generate_name: false,
          ...(conversationId && { conversation_id: conversationId }),
        }
      : { ...common, inputs: { ...inputs, query: text } };
  return { url: difyUrl(integration, path), body: JSON.stringify(body) };
};
