import { setMaxListeners } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { fileURLToPath } from "node:url";
import { closeServer, listen, readBody } from "../http-server.ts";
import { type Apps, makeApps } from "./apps/apps.ts";
import type { Exchange } from "./http/exchange.ts";
import type { HttpReply } from "./http/http-reply.ts";
import { describeRequest, type ReceivedRequest } from "./http/received-requests.ts";
import { brokenReply, replyOfRefusal } from "./http/refusal.ts";
import { answerByRoute } from "./http/router.ts";
import { sendReply } from "./http/send-reply.ts";
import { seededRandom } from "./replay/random.ts";
import { makeRecordings } from "./replay/recordings.ts";
import { replayRecording } from "./replay/replay.ts";
import { routes } from "./routes/all.ts";
import { makeRuns } from "./runs/runs.ts";
import { makeConversations } from "./state/conversations.ts";
import type { StandIn } from "./state/stand-in.ts";
import { makeUploads } from "./state/uploads.ts";

export type { ProfileInput } from "./apps/profile.ts";
export type { ReceivedRequest } from "./http/received-requests.ts";

const ownRecordings = fileURLToPath(new URL("../../test/fixtures/dify", import.meta.url));

export interface StandInDify {
  /** What a bot's integration takes as its callbackUrl. */
  readonly url: string;
  /** The last thousand, oldest first. */
  readonly requests: readonly ReceivedRequest[];
  readonly configure: Apps["configure"];
  /** Ends open connections at once. */
  readonly close: () => Promise<void>;
}

export interface StandInDifyOptions {
  /** Of the random cuts in replayed recordings. */
  readonly seed?: number;
  readonly paceMs?: number;
  readonly pingMs?: number;
  readonly idleMs?: number;
  readonly onRequest?: (request: ReceivedRequest) => void;
}

const requestsKept = 1_000;

const answer = async (exchange: Exchange): Promise<HttpReply> => {
  try {
    return (await replayRecording(exchange)) ?? (await answerByRoute(routes, exchange));
  } catch (error) {
    const refused = replyOfRefusal(error);
    if (refused === undefined) console.error("The stand-in Dify failed:", error);
    return refused ?? brokenReply;
  }
};

/** Starts an in-process server that speaks Dify's service API as docs/spec/dify.md has recorded it. */
export const startStandInDify = async (options: StandInDifyOptions = {}): Promise<StandInDify> => {
  const { seed = 1, paceMs = 30, pingMs = 10_000, idleMs = 300_000, onRequest } = options;
  const closing = new AbortController();
  // Every open wait listens to it.
  setMaxListeners(0, closing.signal);
  const requests: ReceivedRequest[] = [];
  const standIn: StandIn = {
    apps: makeApps(),
    conversations: makeConversations(),
    runs: makeRuns(idleMs, closing.signal),
    uploads: makeUploads(),
    recordings: makeRecordings(ownRecordings),
    random: seededRandom(seed),
    timing: { paceMs, pingMs, idleMs },
  };

  const keep = (request: ReceivedRequest) => {
    requests.push(request);
    requests.splice(0, requests.length - requestsKept);
    onRequest?.(request);
  };

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? "/", "http://dify.local");
    const { method = "GET", headers } = request;
    const exchange = { standIn, method, url, headers, body: new Uint8Array(await readBody(request)) };
    if (!url.pathname.startsWith("/_standin/")) keep(describeRequest(exchange));
    await sendReply(response, await answer(exchange), closing.signal);
  };
  const server = createServer((request, response) => {
    // A client may leave in the middle of its own request.
    serve(request, response).catch(() => response.destroy());
  });
  // A kept connection must not close just when its client uses it again.
  server.keepAliveTimeout = 60_000;

  return {
    url: `${await listen(server, 0)}/v1`,
    requests,
    configure: standIn.apps.configure,
    close: async () => {
      closing.abort();
      await closeServer(server);
    },
  };
};
