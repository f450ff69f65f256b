import { expect } from "@jest/globals";
import { signCall } from "#adapters/rongcloud/sign-call.ts";

export const localApp = { appKey: "local-app-key", secret: "local-app-secret" };

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

/** A signed call of the server API; an object is sent as JSON, a form as a form. */
export const callApi = async (
  url: string,
  path: string,
  body: object | URLSearchParams | string,
  headers: Record<string, string> = signCall(localApp, Date.now()),
): Promise<Reply> => {
  const isForm = body instanceof URLSearchParams;
  const response = await fetch(`${url}${path}`, {
    method: "POST",
    headers: {
      "content-type": isForm ? "application/x-www-form-urlencoded" : "application/json",
      ...headers,
    },
    body: isForm || typeof body === "string" ? body : JSON.stringify(body),
  });
  return { status: response.status, headers: response.headers, body: await response.json() };
};

export const textMessage = (fromUserId: string, toUserId: string, content: string): URLSearchParams =>
  new URLSearchParams({
    fromUserId,
    toUserId,
    objectName: "RC:TxtMsg",
    content: JSON.stringify({ content }),
  });

/** Creates a bot of the local app. */
export const createBotAt = async (
  url: string,
  userId: string,
  ...integrations: readonly object[]
): Promise<void> => {
  const bot = { userId, name: "Helpdesk", type: "faq", profileUrl: "https://example.com/b.png" };
  const created = await callApi(url, "/v3/bot/create.json", { ...bot, integrations });
  expect(created).toMatchObject({ status: 200, body: { code: 200 } });
};
