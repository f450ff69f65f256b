import type { IncomingMessage } from "node:http";
import * as v from "valibot";
import { readLimitedBody } from "../aws/api-gateway/read-limited-body.ts";
import { demoBotId } from "../demo-bots.ts";
import { type HttpServer, startHttpServer } from "../http-server.ts";
import { makePageFiles, type PageFile, type PageFiles } from "./page-files.ts";
import { safeHeaders } from "./safe-headers.ts";
import { getUserToken, type TokenPorts } from "./user-token.ts";

export interface ConsoleOptions extends Omit<TokenPorts, "bridgeUrl"> {
  /** It may be a promise, since the bridge starts after this server; requests wait for it. */
  readonly bridgeUrl: string | PromiseLike<string>;
  /** 0: any free port. */
  readonly port: number;
  /** Initial value of the page's bot field. */
  readonly botId?: string | undefined;
}

/** Initial value of the page's user field. */
const demoUserId = "user-001";

const tokenRequest = v.pipe(v.string(), v.parseJson(), v.object({ userId: v.string() }));
const maxRequestBytes = 1_024;

interface Answer extends PageFile {
  readonly status: number;
}

const json = (status: number, body: object): Answer => ({
  status,
  type: "application/json",
  body: JSON.stringify(body),
});

const refuse = (status: number, errorMessage: string): Answer => json(status, { errorMessage });

/**
 * Whether the Host header is this server's own. With DNS rebinding, another site's name can resolve to this machine,
 * but its pages still send that name.
 */
const hasOwnHost = ({ headers: { host }, socket: { localPort } }: IncomingMessage): boolean =>
  host === `127.0.0.1:${localPort}` || host === `localhost:${localPort}`;

/** Whether a page of this server sent the request. Browsers set the origin of each POST, and pages cannot change it. */
const isFromOwnPage = ({ headers }: IncomingMessage): boolean =>
  headers.origin === `http://${headers.host}` &&
  (headers["sec-fetch-site"] ?? "same-origin") === "same-origin" &&
  headers["content-type"] === "application/json";

/**
 * Serves the console on the loopback interface and issues tokens to its own page only: it signs as the app and could
 * issue a token for any user. Other programs on this machine can imitate the page, so it is for development only.
 */
export const startConsole = async ({
  port,
  bridgeUrl: givenUrl,
  appKey,
  appSecret,
  botId = demoBotId,
}: ConsoleOptions): Promise<HttpServer> => {
  const prepare = async () => {
    const bridgeUrl = await givenUrl;
    const files = await makePageFiles({ bridgeUrl, botId, userId: demoUserId });
    return { bridgeUrl, files, headers: safeHeaders(bridgeUrl) };
  };
  let prepared: ReturnType<typeof prepare> | undefined;
  /** On the first request: a run whose page nobody opens needs no bundler. */
  const page = () => {
    prepared ??= prepare();
    return prepared;
  };

  const issueToken = async (request: IncomingMessage): Promise<Answer> => {
    const body = await readLimitedBody(request, maxRequestBytes);
    const parsed = v.safeParse(tokenRequest, body?.toString());
    if (!isFromOwnPage(request)) return refuse(403, "only the console page may request tokens");
    if (!parsed.success) return refuse(400, "userId: must be a string");
    const { bridgeUrl } = await page();
    const { status, ...given } = await getUserToken({ bridgeUrl, appKey, appSecret }, parsed.output.userId);
    return json(status, given);
  };

  const answer = async (request: IncomingMessage, files: PageFiles): Promise<Answer> => {
    const { method, url = "/" } = request;
    const [path = "/"] = url.split("?");
    if (!hasOwnHost(request)) return refuse(421, "unknown host");
    if (method === "POST" && path === "/token") return issueToken(request);
    const file = files.get(path);
    if (!file) return refuse(404, "no such page");
    if (method !== "GET" && method !== "HEAD") return refuse(405, "method not allowed");
    return { status: 200, ...file };
  };

  return startHttpServer(port, async (request, response) => {
    const { files, headers } = await page();
    const { status, type, body } = await answer(request, files);
    response.writeHead(status, { ...headers, "content-type": type }).end(body);
  });
};
