import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import * as v from "valibot";
import { readBody, startHttpServer } from "../http-server.ts";
import { type CompletionRequest, completionFor, requestSchema } from "./completion.ts";
import { type Profile, type ProfileInput, profileSchema } from "./profile.ts";

export interface ReceivedRequest {
  /** The bearer token; undefined without one. */
  readonly key: string | undefined;
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** Undefined if it is not JSON. */
  readonly body: unknown;
}

export interface OpenAiSimulator {
  /** The base URL: an integration's callbackUrl. */
  readonly url: string;
  /** The last 1,000, oldest first. */
  readonly requests: readonly ReceivedRequest[];
  /** Sets the profile of a key. Keys that start with `sk-` work without one. */
  readonly configure: (key: string, profile: ProfileInput) => void;
  /** Closes open connections at once. */
  readonly close: () => Promise<void>;
}

const maxRequests = 1_000;

const json = v.pipe(v.string(), v.parseJson());

interface Refusal {
  readonly status: number;
  readonly code?: string | undefined;
  readonly param?: string;
  readonly retryAfter?: string | undefined;
}

const refusalOf = ({ behaviour, models }: Profile, request: CompletionRequest): Refusal | undefined => {
  if (!models.includes(request.model)) return { status: 404, code: "model_not_found", param: "model" };
  switch (behaviour.kind) {
    case "error":
      return behaviour;
    case "context_limit":
      if (request.messages.length <= behaviour.messages) return undefined;
      return { status: 400, code: "context_length_exceeded", param: "messages" };
    case "refuses_stream_options":
      if (!request.stream_options) return undefined;
      return { status: 400, code: "unknown_parameter", param: "stream_options" };
    case "no_streaming":
      if (behaviour.how === "answers_whole" || !request.stream) return undefined;
      return { status: 400, code: "unsupported_value", param: "stream" };
    default:
      return undefined;
  }
};

/** OpenAI's error format. */
const errorBody = ({ code, param }: Pick<Refusal, "code" | "param">) => ({
  error: {
    message: `The request failed (${code ?? "unknown"}).`,
    type: "invalid_request_error",
    param: param ?? null,
    code: code ?? null,
  },
});

const sendJson = (response: ServerResponse, status: number, body: object): void =>
  void response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));

const refuse = (response: ServerResponse, refusal: Refusal): void => {
  if (refusal.retryAfter !== undefined) response.setHeader("retry-after", refusal.retryAfter);
  sendJson(response, refusal.status, errorBody(refusal));
};

/** Starts an in-process server with OpenAI's chat completions API. */
export const startOpenAiSimulator = async ({ paceMs: defaultPaceMs = 30 } = {}): Promise<OpenAiSimulator> => {
  const profiles = new Map<string, Profile>();
  const requests: ReceivedRequest[] = [];

  /** The profile for the next request. Each call uses up one of an error's `times`. */
  const takeProfile = (key: string): Profile | undefined => {
    const profile = profiles.get(key);
    if (!profile) return key.startsWith("sk-") ? v.parse(profileSchema, {}) : undefined;
    const { behaviour } = profile;
    if (behaviour.kind !== "error" || behaviour.times === undefined) return profile;
    const times = behaviour.times - 1;
    profiles.set(key, { ...profile, behaviour: times > 0 ? { ...behaviour, times } : { kind: "normal" } });
    return profile;
  };

  const stream = async (response: ServerResponse, profile: Profile, request: CompletionRequest) => {
    const { behaviour, paceMs = defaultPaceMs } = profile;
    const { opening, deltas, closing } = completionFor(profile, request);
    const write = (chunk: object): void => void response.write(`data: ${JSON.stringify(chunk)}\n\n`);
    response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8" });
    opening.forEach(write);
    for (const chunk of "afterDeltas" in behaviour ? deltas.slice(0, behaviour.afterDeltas) : deltas) {
      await delay(paceMs);
      if (response.destroyed) return;
      write(chunk);
    }
    // Lets the chunks already written reach the client first.
    if (behaviour.kind === "cut") return void setTimeout(() => response.destroy(), paceMs);
    if (behaviour.kind === "error_in_stream") {
      write(errorBody(behaviour));
      return void response.end();
    }
    closing.forEach(write);
    response.end("data: [DONE]\n\n");
  };

  const serve = async (message: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { pathname: path, searchParams } = new URL(message.url ?? "/", "http://openai.local");
    const { method = "GET", headers } = message;
    const key = headers.authorization?.startsWith("Bearer ") ? headers.authorization.slice(7) : undefined;
    const parsed = v.safeParse(json, (await readBody(message)).toString("utf8"));
    const body = parsed.success ? parsed.output : undefined;
    requests.push({ key, method, path, query: Object.fromEntries(searchParams), body });
    requests.splice(0, requests.length - maxRequests);

    const route = `${method} ${path}`;
    const profile = key === undefined ? undefined : takeProfile(key);
    if (!profile) return refuse(response, { status: 401, code: "invalid_api_key" });
    if (route === "GET /v1/models") {
      const data = profile.models.map((id) => ({ id, object: "model", created: 0, owned_by: "simulator" }));
      return sendJson(response, 200, { object: "list", data });
    }
    if (route !== "POST /v1/chat/completions") return refuse(response, { status: 404, code: "unknown_url" });
    const request = v.safeParse(requestSchema, body);
    if (!request.success) return refuse(response, { status: 400 });
    const refusal = refusalOf(profile, request.output);
    if (refusal) return refuse(response, refusal);
    const { kind } = profile.behaviour;
    if (kind === "silent") return;
    if (request.output.stream && kind !== "no_streaming") return stream(response, profile, request.output);
    sendJson(response, 200, completionFor(profile, request.output).whole);
  };

  const { url, close } = await startHttpServer(0, serve);
  return {
    url: `${url}/v1`,
    requests,
    configure: (key, profile) => void profiles.set(key, v.parse(profileSchema, profile)),
    close,
  };
};
