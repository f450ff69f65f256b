import type { IncomingMessage, ServerResponse } from "node:http";
import * as v from "valibot";
import { readAtMost } from "../aws/api-gateway/read-at-most.ts";
import { demoBotId } from "../demo-bot.ts";
import { type HttpServer, startHttpServer } from "../http-server.ts";
import { isForUs, isFromOurPage } from "./own-page.ts";
import { makePageFiles } from "./page-files.ts";
import { safeHeaders } from "./safe-headers.ts";
import { getUserToken, type TokenPorts } from "./user-token.ts";

export interface ConsoleOptions extends TokenPorts {
  /** 0 for any. */
  readonly port: number;
  /** What the page proposes. */
  readonly botId?: string | undefined;
  readonly userId?: string | undefined;
}

const tokenRequest = v.pipe(v.string(), v.parseJson(), v.object({ userId: v.string() }));
const mostRequestBytes = 1_024;

/**
 * Serves the console on the loopback interface, and gets tokens for its page and for no other: it signs as the app does,
 * and would make anybody any user. Whoever runs programs on this machine can pass for the page; it is for development.
 */
export const startConsole = async ({
  port,
  botId = demoBotId,
  userId = "user-001",
  ...tokenPorts
}: ConsoleOptions): Promise<HttpServer> => {
  const { bridgeUrl } = tokenPorts;
  const files = await makePageFiles({ bridgeUrl, botId, userId });
  const headers = safeHeaders(bridgeUrl);

  const reply = (response: ServerResponse, status: number, body: object): void => {
    response.writeHead(status, { ...headers, "content-type": "application/json" }).end(JSON.stringify(body));
  };

  const giveToken = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await readAtMost(request, mostRequestBytes);
    const parsed = v.safeParse(tokenRequest, body?.toString());
    if (!isFromOurPage(request)) reply(response, 403, { errorMessage: "only the console's page may ask" });
    else if (!parsed.success) reply(response, 400, { errorMessage: "a user id is needed" });
    else {
      const { status, ...given } = await getUserToken(tokenPorts, parsed.output.userId);
      reply(response, status, given);
    }
  };

  return startHttpServer(port, async (request, response) => {
    const [path = "/"] = (request.url ?? "/").split("?");
    const file = files.get(path);
    if (!isForUs(request)) reply(response, 421, { errorMessage: "this is not the host that was meant" });
    else if (request.method === "POST" && path === "/token") await giveToken(request, response);
    else if (!file) reply(response, 404, { errorMessage: "there is no such page" });
    else if (request.method !== "GET" && request.method !== "HEAD") {
      reply(response, 405, { errorMessage: "this can only be read" });
    } else response.writeHead(200, { ...headers, "content-type": file.type }).end(file.body);
  });
};
