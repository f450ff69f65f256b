import type { IncomingMessage, ServerResponse } from "node:http";
import { text as readText } from "node:stream/consumers";
import * as v from "valibot";
import { newMessageUID } from "#adapters/rongcloud/message-uid.ts";
import { isSignedBy } from "#adapters/rongcloud/signature.ts";
import { makeTokenBucket } from "../aws/api-gateway/token-bucket.ts";
import { startHttpServer } from "../http-server.ts";
import { type Fault, type ForcedAnswer, makeFaults } from "./faults.ts";
import type { ImEvent, ImMessage } from "./messages.ts";
import { deliver, groupMessage, privateMessage } from "./ordinary-messages.ts";
import { parseCall, readForm, readJson } from "./read-call.ts";
import { type ImRecall, recallCall } from "./recalls.ts";
import { Refusal, refuse } from "./refusal.ts";
import { groupStatus, privateStatus, type Typing, typingsOf } from "./status-messages.ts";
import { groupChunk, makeStreamMessages, privateChunk } from "./stream-messages.ts";

export interface ImSimulatorOptions {
  readonly appKey: string;
  readonly appSecret: string;
  /** Called for each created or extended message. */
  readonly onEvent?: (event: ImEvent) => void;
  readonly now?: () => number;
}

export interface ImSimulator {
  readonly url: string;
  /** All messages in order of creation, in their current state. */
  readonly messages: () => readonly ImMessage[];
  /** Typing notifications that were sent. */
  readonly typings: () => readonly Typing[];
  /** Messages that app servers took back. */
  readonly recalls: () => readonly ImRecall[];
  /** The next calls get these responses, one each. */
  readonly answerNext: (...answers: readonly ForcedAnswer[]) => void;
  /** Injects faults. */
  readonly force: (...faults: readonly Fault[]) => void;
  readonly close: () => Promise<void>;
}

const maxRemembered = 1000;
/** Rate limit for chunks and their burst, per app (docs/spec/rongcloud.md, section 8). */
const chunksPerSecond = 100;

const userId = v.pipe(v.string(), v.minLength(1), v.maxLength(64));
const user = v.object({ userId });
const expiry = v.object({
  userId: v.pipe(v.array(userId), v.minLength(1), v.maxLength(20)),
  time: v.pipe(v.string(), v.digits()),
});

/** Simulates RongCloud's server API: accepts messages and keeps the last 1,000. */
export const startImSimulator = async ({
  appKey,
  appSecret,
  onEvent,
  now = Date.now,
}: ImSimulatorOptions): Promise<ImSimulator> => {
  const messages = new Map<string, ImMessage>();
  const typings: Typing[] = [];
  const recalls: ImRecall[] = [];
  const faults = makeFaults(now);
  const streams = makeStreamMessages({ now, newMessageUID });
  const takeToken = makeTokenBucket({ ratePerSecond: chunksPerSecond, burst: chunksPerSecond, now });

  const record = (event: ImEvent): void => {
    messages.set(event.message.messageUID, event.message);
    const oldest = messages.keys().next().value;
    if (messages.size > maxRemembered && oldest !== undefined) messages.delete(oldest);
    onEvent?.(event);
  };

  const takeChunk = (schema: typeof privateChunk | typeof groupChunk) => (body: string) => {
    if (!takeToken()) refuse(1008, "too many calls", 429, { "retry-after": "1" });
    const event = streams.take(parseCall(schema, readJson(body)));
    record(event);
    return { messageUID: event.message.messageUID };
  };
  const takeMessage = (schema: typeof privateMessage | typeof groupMessage) => (body: string) => {
    const events = deliver(parseCall(schema, readForm(body)), newMessageUID);
    events.forEach(record);
    const receipts = events.map(({ message: { channelType, targetId, messageUID } }) =>
      channelType === "GROUP" ? { groupId: targetId, messageUID } : { userId: targetId, messageUID },
    );
    return { messageUIDs: receipts };
  };
  const takeStatus = (schema: typeof privateStatus | typeof groupStatus) => (body: string) => {
    typings.push(...typingsOf(parseCall(schema, readForm(body)), now()));
    typings.splice(0, typings.length - maxRemembered);
    return {};
  };
  const takeRecall = (body: string) => {
    recalls.push(parseCall(recallCall, readForm(body)));
    recalls.splice(0, recalls.length - maxRemembered);
    return {};
  };
  const issueToken = (body: string) => {
    const { userId } = parseCall(user, readForm(body));
    return { userId, token: `im-token-of-${userId}` };
  };
  const expireTokens = (body: string) => {
    parseCall(expiry, readForm(body, ["userId"]));
    return {};
  };
  const routes = new Map<string, (body: string) => object>([
    ["/message/private/publish.json", takeMessage(privateMessage)],
    ["/message/group/publish.json", takeMessage(groupMessage)],
    ["/message/recall.json", takeRecall],
    ["/statusmessage/private/publish.json", takeStatus(privateStatus)],
    ["/statusmessage/group/publish.json", takeStatus(groupStatus)],
    ["/user/getToken.json", issueToken],
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

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const fault = faults.take(request.url ?? "");
    if (fault && fault !== "lost_reply") {
      request.resume();
      const { status, code, headers } = fault;
      return reply(response, status, { code, errorMessage: "injected fault" }, headers);
    }
    const send = await answer(request).then(
      (body) => () => reply(response, 200, body),
      (error: unknown) => () => {
        const { status, code, message, headers } =
          error instanceof Refusal ? error : new Refusal(500, 1000, "internal error");
        reply(response, status, { code, errorMessage: message }, headers);
      },
    );
    if (fault === "lost_reply") response.destroy();
    else send();
  };
  const { url, close } = await startHttpServer(0, serve);

  return {
    url,
    messages: () => [...messages.values()],
    typings: () => [...typings],
    recalls: () => [...recalls],
    answerNext: (...answers) => faults.force(...answers.map((by) => ({ by }))),
    force: faults.force,
    close,
  };
};
