import { HttpFailure, makeHttpClient } from "#adapters/http/http-client.ts";
import { readText } from "#adapters/http/read-text.ts";
import { systemClock as clock } from "#adapters/node/system-clock.ts";
import { newNonce, signCall } from "#adapters/rongcloud/sign-call.ts";

/** A response's status and text, or why there is none. */
export type Answer =
  | { readonly status: number; readonly text: string }
  | { readonly status: undefined; readonly reason: string };

export interface Call {
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Undefined: a GET. */
  readonly body?: string | URLSearchParams;
}

export type Send = (call: Call) => Promise<Answer>;

const timeoutMs = 10_000;
const maxBytes = 1024 * 1024;
const maxShownCharacters = 200;

const reasonOf = (error: unknown): string => {
  if (!(error instanceof HttpFailure)) return String(error);
  if (error.kind === "forbidden_address")
    return "its address is private, and functions connect to public ones only";
  const { cause = error.kind } = error;
  const causes: readonly unknown[] = cause instanceof AggregateError ? cause.errors : [cause];
  return causes.map((each) => String(each).replace(/^Error: /, "")).join("; ");
};

/** Calls servers as the functions do, within a few seconds. `publicOnly`: with their check of addresses. */
export const makeSend = (publicOnly: boolean): Send => {
  const sendHttp = makeHttpClient({ publicOnly, clock });
  return async ({ url, headers = {}, body }) => {
    try {
      const response = await sendHttp({
        method: body === undefined ? "GET" : "POST",
        url: new URL(url),
        headers: {
          ...headers,
          ...(body !== undefined && {
            "content-type":
              typeof body === "string" ? "application/json" : "application/x-www-form-urlencoded",
          }),
        },
        body: String(body ?? ""),
        connectMs: timeoutMs,
        headMs: timeoutMs,
        signal: AbortSignal.timeout(timeoutMs),
      });
      return { status: response.status, text: await readText(response.body, maxBytes) };
    } catch (error) {
      return { status: undefined, reason: reasonOf(error) };
    }
  };
};

export const describeAnswer = (answer: Answer): string =>
  answer.status === undefined
    ? `no response (${answer.reason})`
    : `${answer.status} ${answer.text.slice(0, maxShownCharacters)}`.trim();

/** The headers that sign one call. `noncePrefix`: see `imNoncePrefix`. */
export const signedBy = (appKey: string, secret: string, noncePrefix = ""): Record<string, string> =>
  signCall({ appKey, secret }, clock.now(), newNonce(noncePrefix));
