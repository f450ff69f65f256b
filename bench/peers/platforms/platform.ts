import { createServer } from "node:http";
import { text as readText } from "node:stream/consumers";
import { closeServer, listen } from "../../../local/http-server.ts";

export interface UserMessage {
  readonly user: string;
  /** A message that is delivered again has the same. */
  readonly id: string;
  readonly text: string;
}

/** A minimal simulator of the API that a peer's bot calls: it accepts every call, at any rate. */
export interface Platform {
  readonly url: string;
  /** Delivers a message to the bot. Whether the bot accepted it. */
  readonly deliver: (botUrl: string, message: UserMessage) => Promise<boolean>;
  /** Whether it delivers a message again that the bot has not accepted. */
  readonly redelivers: boolean;
  readonly close: () => Promise<void>;
}

/** Called with the whole text of a message whenever it changes. */
export type OnText = (user: string, messageId: string, text: string) => void;
export type StartPlatform = (onText: OnText) => Promise<Platform>;

/** Users have numbers, so that they can be found in the ids that platforms and bots make of them. */
export const userIn = (id: unknown): string => /\d+$/.exec(String(id))?.[0] ?? "";

export type Body = Readonly<Record<string, unknown>>;

const parseBody = (text: string): Body => {
  if (text.startsWith("{")) return JSON.parse(text);
  return Object.fromEntries(new URLSearchParams(text));
};

/** Serves an API whose calls have JSON or a form. */
export const startApi = async (answer: (path: string, body: Body, method: string) => object) => {
  const server = createServer(async (request, response) => {
    const body = parseBody(await readText(request));
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify(answer(request.url ?? "", body, request.method ?? "")));
  });
  // An idle connection must not close while its client is reusing it.
  server.keepAliveTimeout = 60_000;
  return { url: await listen(server, 0), close: () => closeServer(server) };
};

/** False also if the bot is gone before it has replied. */
export const post = async (
  url: string,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<boolean> => {
  try {
    const options = { method: "POST", headers: { "content-type": "application/json", ...headers }, body };
    const response = await fetch(url, options);
    await response.text();
    return response.ok;
  } catch {
    return false;
  }
};
