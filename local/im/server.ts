import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { text as readText } from "node:stream/consumers";
import * as v from "valibot";
import { newMessageUID } from "../../functions/adapters/rongcloud/message-uid.ts";
import { isSignedBy } from "../../functions/adapters/rongcloud/signature.ts";
import { closeServer, listen } from "../http-server.ts";
import type { ImHappening, ImMessage } from "./messages.ts";
import { deliver, groupMessage, privateMessage } from "./ordinary-messages.ts";
import { Refusal, refuse } from "./refusal.ts";
import { groupChunk, makeStreamMessages, privateChunk } from "./stream-messages.ts";

export interface StandInImOptions {
  readonly appKey: string;
  readonly appSecret: string;
  readonly onHappening?: (happening: ImHappening) => void;
  readonly now?: () => number;
}

/** An answer to give instead of taking the next call. */
export interface ForcedAnswer {
  readonly status: number;
  readonly code: number;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface StandInIm {
  readonly url: string;
  /** Every message so far, in the order in which it began, as it stands now. */
  readonly messages: () => readonly ImMessage[];
  /** The next calls get these answers, one each. */
  readonly answerNext: (...answers: readonly ForcedAnswer[]) => void;
  readonly close: () => Promise<void>;
}

const remembered = 1000;

const userId = v.pipe(v.string(), v.minLength(1), v.maxLength(64));
const user = v.object({ userId });
const expiry = v.object({
  userId: v.pipe(v.array(userId), v.minLength(1), v.maxLength(20)),
  time: v.pipe(v.string(), v.digits()),
});

/** The form as an object; the fields that RongCloud takes more than once are lists. */
const readForm = (
  body: string,
  lists: readonly string[] = ["toUserId", "toGroupId"],
): Record<string, string | string[]> => {
  const form = new URLSearchParams(body);
  return Object.fromEntries(
    [...form].map(([name, value]) => [name, lists.includes(name) ? form.getAll(name) : value]),
  );
};

const parse = <T extends v.GenericSchema>(schema: T, value: unknown): v.InferOutput<T> => {
  const parsed = v.safeParse(schema, value);
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  return refuse(1002, `${v.getDotPath(issue) ?? "body"}: ${issue.message}`);
};

const parseJson = (body: string): unknown => {
  try {
    return JSON.parse(body);
  } catch {
    return refuse(1002, "body: must be JSON");
  }
};

/** Stands in for RongCloud's server API where nobody has a real one: it takes what a bot says, and shows it. */
export const startStandInIm = async ({
  appKey,
  appSecret,
  onHappening,
  now = Date.now,
}: StandInImOptions): Promise<StandInIm> => {
  const messages = new Map<string, ImMessage>();
  const forced: ForcedAnswer[] = [];
  const streams = makeStreamMessages({ now, newMessageUID });

  const happen = (happening: ImHappening): void => {
    messages.set(happening.message.messageUID, happening.message);
    const oldest = messages.keys().next().value;
    if (messages.size > remembered && oldest !== undefined) messages.delete(oldest);
    onHappening?.(happening);
  };

  const takeChunk = (schema: typeof privateChunk | typeof groupChunk) => (body: string) => {
    const happening = streams.take(parse(schema, parseJson(body)));
    happen(happening);
    return { messageUID: happening.message.messageUID };
  };
  const takeMessage = (schema: typeof privateMessage | typeof groupMessage) => (body: string) => {
    const happenings = deliver(parse(schema, readForm(body)), newMessageUID);
    happenings.forEach(happen);
    const receipts = happenings.map(({ message: { channelType, targetId, messageUID } }) =>
      channelType === "GROUP" ? { groupId: targetId, messageUID } : { userId: targetId, messageUID },
    );
    return { messageUIDs: receipts };
  };
  const giveToken = (body: string) => {
    const { userId } = parse(user, readForm(body));
    return { userId, token: `im-token-of-${userId}` };
  };
  const expireTokens = (body: string) => {
    parse(expiry, readForm(body, ["userId"]));
    return {};
  };
  const routes = new Map<string, (body: string) => object>([
    ["/message/private/publish.json", takeMessage(privateMessage)],
    ["/message/group/publish.json", takeMessage(groupMessage)],
    ["/user/getToken.json", giveToken],
    ["/user/token/expire.json", expireTokens],
    ["/v3/message/private/publish_stream.json", takeChunk(privateChunk)],
    ["/v3/message/group/publish_stream.json", takeChunk(groupChunk)],
  ]);

  const checkSignature = ({ headers }: IncomingMessage): void => {
    const [key, nonce, timestamp, signature] = ["app-key", "nonce", "timestamp", "signature"].map((name) =>
      String(headers[name] ?? ""),
    );
    if (key !== appKey) refuse(1001, "unknown App-Key", 401);
    const given = { nonce: nonce ?? "", timestamp: timestamp ?? "", signature: signature ?? "" };
    if (!isSignedBy([appSecret], given)) refuse(1004, "bad signature", 401);
  };

  const answer = async (request: IncomingMessage): Promise<object> => {
    const body = await readText(request);
    checkSignature(request);
    const route = routes.get(request.url ?? "");
    if (request.method !== "POST" || !route) return refuse(404, "no such path", 404);
    return { code: 200, ...route(body) };
  };

  const reply = (response: ServerResponse, status: number, body: object, headers = {}): void => {
    response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
  };

  const server = createServer((request, response) => {
    const instead = forced.shift();
    if (instead) {
      request.resume();
      return reply(
        response,
        instead.status,
        { code: instead.code, errorMessage: "as forced" },
        instead.headers,
      );
    }
    answer(request).then(
      (body) => reply(response, 200, body),
      (error: unknown) => {
        const { status, code, message } =
          error instanceof Refusal ? error : new Refusal(500, 1000, "internal error");
        reply(response, status, { code, errorMessage: message });
      },
    );
  });

  return {
    url: await listen(server, 0),
    messages: () => [...messages.values()],
    answerNext: (...answers) => void forced.push(...answers),
    close: () => closeServer(server),
  };
};
