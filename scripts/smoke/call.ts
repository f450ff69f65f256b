import { signCall } from "#adapters/rongcloud/sign-call.ts";
import type { SmokeOptions } from "./options.ts";

const timeoutMs = 30_000;

/** An unexpected response. The message names the request and the response. */
export class UnexpectedResponseError extends Error {
  override readonly name = "UnexpectedResponseError";
}

export type CallServer = (path: string, body: object | URLSearchParams) => Promise<Record<string, unknown>>;

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export const fetchJson = async (url: string, init: RequestInit): Promise<Record<string, unknown>> => {
  const request = `${init.method ?? "GET"} ${new URL(url).pathname}`;
  const response = await fetch(url, { ...init, signal: AbortSignal.timeout(timeoutMs) }).catch((error) => {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : "";
    throw new UnexpectedResponseError(`${request}: no response: ${error} ${cause}`);
  });
  const text = await response.text();
  const body = parse(text);
  if (response.status !== 200 || !isRecord(body))
    throw new UnexpectedResponseError(`${request}: ${response.status} ${text}`);
  return body;
};

/**
 * Makes signed calls as the app's server.
 * @throws UnexpectedResponseError unless the response is 200 and a JSON object.
 */
export const makeCallServer =
  ({ url, appKey, appSecret }: SmokeOptions): CallServer =>
  (path, body) => {
    const isForm = body instanceof URLSearchParams;
    return fetchJson(`${url}${path}`, {
      method: "POST",
      headers: {
        "content-type": isForm ? "application/x-www-form-urlencoded" : "application/json",
        ...signCall({ appKey, secret: appSecret }, Date.now()),
      },
      body: isForm ? body : JSON.stringify(body),
    });
  };
