import type { JsonObject } from "../../../../local/dify/json.ts";
import {
  type DifySimulator,
  type DifySimulatorOptions,
  startDifySimulator,
} from "../../../../local/dify/server.ts";
import { makeTestClock, type TestClock } from "../../../support/test-clock.ts";

export type Body = Readonly<Record<string, unknown>>;

export interface Asked {
  readonly status: number;
  readonly text: string;
  readonly headers: Headers;
}

/** A request as a bridge sends it, with what every test would repeat. */
export const question = (query: string, more: Body = {}): Body => ({
  query,
  inputs: {},
  user: "u1",
  response_mode: "streaming",
  auto_generate_name: false,
  ...more,
});

export const send = async (
  dify: DifySimulator,
  key: string,
  method: string,
  path: string,
  body?: Body,
): Promise<Asked> => {
  const response = await fetch(`${dify.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, text: await response.text(), headers: response.headers };
};

export const ask = (dify: DifySimulator, key: string, body: Body): Promise<Asked> =>
  send(dify, key, "POST", "/chat-messages", body);

/** The JSON events of a stream; pings, which have no data, are omitted. */
export const eventsIn = (text: string): readonly JsonObject[] =>
  text
    .split("\n\n")
    .filter((frame) => frame.startsWith("data: "))
    .map((frame) => JSON.parse(frame.slice("data: ".length)));

export const eventNames = (text: string): readonly unknown[] => eventsIn(text).map(({ event }) => event);

/** The text that a client would show: the answer's pieces together. */
export const answerIn = (text: string): string =>
  eventsIn(text)
    .map(({ event, answer }) =>
      (event === "message" || event === "agent_message") && typeof answer === "string" ? answer : "",
    )
    .join("");

/** Runs a test against a simulator of its own, without pauses between deltas. */
export const withDify =
  (test: (dify: DifySimulator) => Promise<void>, options: DifySimulatorOptions = {}) =>
  async (): Promise<void> => {
    const dify = await startDifySimulator({ paceMs: 0, ...options });
    try {
      await test(dify);
    } finally {
      await dify.close();
    }
  };

/** The same for a parameterized test. */
export const withAnyDify =
  <A extends readonly unknown[]>(
    test: (dify: DifySimulator, ...given: A) => Promise<void>,
    options: DifySimulatorOptions = {},
  ) =>
  (...given: A): Promise<void> =>
    withDify((dify) => test(dify, ...given), options)();

/** In milliseconds: the delay between deltas in a test with a clock. */
export const paceMs = 60;

/** Runs a test against a simulator whose runs stand still until the test advances the clock. */
export const withClock =
  <A extends readonly unknown[]>(
    test: (dify: DifySimulator, clock: TestClock, ...given: A) => Promise<void>,
    options: DifySimulatorOptions = {},
  ) =>
  (...given: A): Promise<void> => {
    const clock = makeTestClock();
    return withDify((dify) => test(dify, clock, ...given), { ...options, clock, paceMs })();
  };

export interface OpenStream {
  /** Reads until the text so far satisfies the condition, or the stream ends. */
  readonly until: (enough: (text: string) => boolean) => Promise<string>;
  readonly leave: () => void;
}

/** A stream read piece by piece, for tests of what happens while it is open. */
export const openStream = async (
  dify: DifySimulator,
  key: string,
  path: string,
  body?: Body,
): Promise<OpenStream> => {
  const leaving = new AbortController();
  const response = await fetch(`${dify.url}${path}`, {
    method: body === undefined ? "GET" : "POST",
    headers: { authorization: `Bearer ${key}` },
    signal: leaving.signal,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const reader = response.body?.getReader();
  const decoder = new TextDecoder();
  let text = "";
  return {
    until: async (enough) => {
      while (reader !== undefined && !enough(text)) {
        const { done, value } = await reader.read();
        if (done) break;
        text += decoder.decode(value, { stream: true });
      }
      return text;
    },
    leave: () => leaving.abort(),
  };
};

export const never = (): boolean => false;

export const taskIn = (text: string): string => String(eventsIn(text)[0]?.task_id);

export const conversationIn = (text: string): string => String(eventsIn(text)[0]?.conversation_id);
