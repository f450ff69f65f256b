import * as v from "valibot";
import type { SendHttp } from "#adapters/http/http-client.ts";
import { readText } from "#adapters/http/read-text.ts";
import { pythonJson } from "#adapters/model-api/python-json.ts";
import type { Clock } from "#core/shared/clock.ts";
import { BridgeError } from "#core/shared/errors.ts";
import { startTimeLimit } from "#core/shared/time-limit.ts";
import { type DifyIntegration, difyHeaders, difyUrl } from "./dify-request.ts";
import type { DifyTimeouts } from "./dify-timeouts.ts";

export interface CallDifyPorts {
  readonly sendHttp: SendHttp;
  readonly clock: Clock;
  readonly timeouts: DifyTimeouts;
}

/** A call with a short JSON response, unlike a question. */
export interface DifyCall {
  readonly integration: DifyIntegration;
  readonly method: "GET" | "POST" | "DELETE";
  /** Relative to the base URL of the service API. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  /** Sent as JSON, unless it is a form. */
  readonly body?: object | FormData;
  readonly signal?: AbortSignal;
}

export interface DifyReply {
  readonly status: number;
  /** Undefined if the body is not JSON. */
  readonly json: unknown;
}

/** Rejects with BridgeError `upstream_unavailable` if there is no response. */
export type CallDify = (call: DifyCall) => Promise<DifyReply>;

/** The body of Dify's error responses (docs/spec/dify.md, A7). */
export const errorBody = v.object({
  code: v.optional(v.string(), "unknown"),
  message: v.optional(v.string(), ""),
});

/** An answer that a call does not expect. */
export const refused = (status: number): BridgeError =>
  new BridgeError("upstream_refused", `Dify answered HTTP ${status}`);

/** Large enough for a page of messages. */
const maxReplyBytes = 8 * 1024 * 1024;

const json = v.pipe(v.string(), pythonJson);

interface EncodedBody {
  readonly body: string | Uint8Array;
  readonly contentType?: string;
}

const encode = async (body: object | undefined): Promise<EncodedBody> => {
  if (!(body instanceof FormData)) return { body: body === undefined ? "" : JSON.stringify(body) };
  const encoded = new Response(body);
  const contentType = encoded.headers.get("content-type") ?? "";
  return { body: new Uint8Array(await encoded.arrayBuffer()), contentType };
};

export const makeCallDify =
  ({ sendHttp, clock, timeouts }: CallDifyPorts): CallDify =>
  async ({ integration, method, path, query, body, signal }) => {
    const maxMs = body instanceof FormData ? timeouts.uploadMs : timeouts.refusalMs;
    const limit = startTimeLimit(clock, maxMs, signal);
    try {
      const { contentType, ...encoded } = await encode(body);
      const response = await sendHttp({
        method,
        url: difyUrl(integration, path, query),
        headers: difyHeaders(integration, contentType),
        ...encoded,
        connectMs: timeouts.connectMs,
        headMs: maxMs,
        signal: limit.signal,
      });
      const parsed = v.safeParse(json, await readText(response.body, maxReplyBytes));
      return { status: response.status, json: parsed.success ? parsed.output : undefined };
    } catch (cause) {
      throw new BridgeError("upstream_unavailable", "Dify did not answer", { retryable: true, cause });
    } finally {
      limit.end();
    }
  };

/** Gets and parses a reply; undefined if Dify does not give one, for any reason. */
export const makeLookUp =
  (callDify: CallDify) =>
  async <T extends v.GenericSchema>(
    schema: T,
    call: Omit<DifyCall, "method">,
  ): Promise<v.InferOutput<T> | undefined> => {
    const reply = await callDify({ method: "GET", ...call }).catch(() => undefined);
    const parsed = v.safeParse(schema, reply?.json);
    return reply?.status === 200 && parsed.success ? parsed.output : undefined;
  };
