import type { IncomingMessage, ServerResponse } from "node:http";
import * as v from "valibot";
import { readBody, startHttpServer } from "../../../local/http-server.ts";
import { type ChatServer, localCredentials } from "./chat-server.ts";
import { chatBody, feedbackBody, inputBody } from "./fake-bodies.ts";
import { makeFakeConversations } from "./fake-conversations.ts";
import { type FakeFile, makeFakeFiles } from "./fake-files.ts";
import { fail, type Headers, reply } from "./fake-reply.ts";
import { makeFakeTokens } from "./fake-tokens.ts";
import { type FakeTurn, type Step, startFakeTurn } from "./fake-turn.ts";
import { sendTurn } from "./send-turn.ts";

export interface FakeRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
  /** The id of its reply. */
  readonly id: string;
}

export interface Refusal {
  readonly status: number;
  readonly headers?: Headers;
  readonly body?: unknown;
}

export interface FakeChat extends ChatServer {
  /** All but preflights and the app's own calls, oldest first. */
  readonly requests: () => readonly FakeRequest[];
  /** The number of turns begun. */
  readonly turns: () => number;
  /** The events of the next turns after their `start`. */
  readonly script: (answer: (content: string) => readonly Step[]) => void;
  /** The uploaded files, oldest first. */
  readonly files: () => readonly FakeFile[];
  /** Replies to the next calls, one each. */
  readonly refuse: (...refusals: readonly Refusal[]) => void;
  /** Accepts calls and never answers them. */
  readonly fallSilent: () => void;
}

export interface FakeChatOptions {
  /** The only bot. */
  readonly botId?: string;
  readonly paceMs?: number;
  readonly suggested?: readonly string[];
}

/** Answers word by word, as the Dify simulator does. */
export const echo = (content: string, paceMs = 0): Step[] =>
  `You said: ${content}`
    .split(/(?<= )/)
    .flatMap((word) => [{ event: "delta", data: { content: word } }, { waitMs: paceMs }]);

export const end: Step = { event: "end", data: { stopped: false, usage: null, sources: [] } };

/** Without the events that the client did not ask for. */
const only = (steps: readonly Step[], asked: readonly string[]): Step[] =>
  steps.filter((step) => {
    const isPart = "event" in step && (step.event === "reasoning" || step.event === "file");
    return !isPart || asked.includes(step.event);
  });

/** No more than the protocol needs: a browser blocks a page that sends other headers. */
const allowed = {
  "access-control-allow-methods": "GET, POST, DELETE",
  "access-control-allow-headers": "Authorization, Content-Type, Idempotency-Key, Last-Event-ID",
};

/** Serves the HTTP chat protocol from memory, for tests of its clients. */
export const startFakeChat = async (options: FakeChatOptions = {}): Promise<FakeChat> => {
  const { botId = "bot-001", paceMs = 0, suggested = [] } = options;
  const requests: FakeRequest[] = [];
  const refusals: Refusal[] = [];
  const turns = new Map<string, FakeTurn>();
  const turnsByKey = new Map<unknown, { readonly turn: FakeTurn; readonly body: string }>();
  const conversations = makeFakeConversations();
  const files = makeFakeFiles();
  const tokens = makeFakeTokens();
  let script = (content: string): readonly Step[] => [...echo(content, paceMs), end];
  let isSilent = false;

  const chat = (userId: string, request: FakeRequest, response: ServerResponse): unknown => {
    const parsed = v.safeParse(chatBody, request.body);
    if (!parsed.success) return fail(response, 400, 1002, "content is missing");
    const { content, conversation, parts } = parsed.output;
    const isOthers = parsed.output.files.some((each) => "id" in each && !files.has(userId, each.id));
    if (isOthers) return fail(response, 400, 1002, "files: no such file");
    const key = request.headers["idempotency-key"];
    const known = turnsByKey.get(key);
    if (known && known.body !== request.body) return fail(response, 409, 409, "another body under this key");
    if (known) return sendTurn(response, known.turn, undefined);
    const turn = startFakeTurn(`turn-${turns.size}`, conversation, only(script(content), parts));
    turns.set(turn.id, turn);
    if (key !== undefined) turnsByKey.set(key, { turn, body: request.body });
    conversations.addTurn(userId, conversation, { turn, question: content });
    return sendTurn(response, turn, undefined);
  };

  const aboutTurn = (request: FakeRequest, response: ServerResponse, id: string, what: string): unknown => {
    const turn = turns.get(id);
    const lastEventId = request.headers["last-event-id"];
    if (!turn) return fail(response, 404, 404, "turn: no such turn for this user and bot");
    switch (`${request.method} ${what}`) {
      case "GET events":
        return sendTurn(response, turn, typeof lastEventId === "string" ? lastEventId : undefined);
      case "POST input": {
        const parsed = v.safeParse(inputBody, request.body);
        if (!parsed.success) return fail(response, 400, 1002, "action is missing");
        const { action, parts } = parsed.output;
        const rest = startFakeTurn(id, null, only(script(action), parts));
        turns.set(id, rest);
        return sendTurn(response, rest, undefined);
      }
      case "POST stop":
        turn.stop();
        return reply(response, 200, { code: 200 });
      case "POST feedback": {
        const parsed = v.safeParse(feedbackBody, request.body);
        if (!parsed.success) return fail(response, 400, 1002, "rating is missing");
        conversations.rate(id, parsed.output.rating);
        return reply(response, 200, { code: 200 });
      }
      case "GET suggested":
        return reply(response, 200, { code: 200, suggested });
      default:
        return fail(response, 404, 404, "no such path");
    }
  };

  const asUser = (request: FakeRequest, bytes: Buffer, response: ServerResponse): unknown => {
    const refusal = refusals.shift();
    if (refusal) return reply(response, refusal.status, refusal.body ?? {}, refusal.headers);
    if (isSilent) return undefined;
    const token = request.headers.authorization?.replace(/^Bearer /, "") ?? "";
    const userId = tokens.userOf(token);
    if (userId === undefined) return fail(response, 401, 1004, "the token is not valid");
    const { pathname, searchParams } = new URL(request.path, "http://fake");
    const [, bot = "", rest = ""] = /^\/v1\/bots\/([^/]+)\/(.+)$/.exec(pathname) ?? [];
    if (decodeURIComponent(bot) !== botId) return fail(response, 404, 404, "userId: there is no such bot");
    const [, id = "", what = ""] = /^turns\/([^/]+)\/(\w+)$/.exec(rest) ?? [];
    if (what !== "") return aboutTurn(request, response, decodeURIComponent(id), what);
    if (rest === "conversation") {
      return conversations.answer(request.method, userId, searchParams.get("conversation"), response);
    }
    switch (`${request.method} ${rest}`) {
      case "GET conversation/messages":
        return conversations.history(userId, searchParams, response);
      case "POST files":
        return files.upload(userId, request.headers, bytes, response);
      case "POST chat":
        return chat(userId, request, response);
      default:
        return fail(response, 404, 404, "no such path");
    }
  };

  const server = await startHttpServer(0, async (message, response) => {
    const { method = "GET", url: path = "/", headers } = message;
    const bytes = await readBody(message);
    const body = bytes.toString();
    if (headers.origin !== undefined) {
      response.setHeader("access-control-allow-origin", headers.origin);
      response.setHeader("access-control-expose-headers", "X-Request-ID, Retry-After");
    }
    if (method === "OPTIONS") response.writeHead(204, allowed).end();
    else if (path.startsWith("/user/")) tokens.answer(path, new URLSearchParams(body), response);
    else {
      const request = { method, path, headers, body, id: `request-${requests.length}` };
      requests.push(request);
      response.setHeader("x-request-id", request.id);
      await asUser(request, bytes, response);
    }
  });

  return {
    ...localCredentials,
    url: server.url,
    botId,
    close: async () => {
      for (const turn of turns.values()) turn.stop();
      await server.close();
    },
    requests: () => [...requests],
    turns: () => turns.size,
    files: files.all,
    script: (given) => {
      script = given;
    },
    refuse: (...given) => void refusals.push(...given),
    fallSilent: () => {
      isSilent = true;
    },
  };
};
