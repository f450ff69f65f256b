import type { APIGatewayProxyEvent } from "aws-lambda";
import { proxyEvent } from "../../unit/adapters/api-gateway/proxy-event.ts";
import type { ChatPair } from "./start-chat-runtime.ts";

export interface ChatCall {
  /** The path below the bot's own. */
  readonly to: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

const turnPath = /^turns\/([^/]+)\//;

/** A user's call to a bot, as API Gateway sends it to the function. */
export const chatCall = (
  { botId, token }: ChatPair,
  { to, method = "POST", headers = {}, body }: ChatCall,
): APIGatewayProxyEvent => {
  const [, turn] = turnPath.exec(to) ?? [];
  return proxyEvent({
    resource: `/v1/bots/{userId}/${to.replace(turnPath, "turns/{turn}/")}`,
    path: `/v1/bots/${botId}/${to}`,
    httpMethod: method,
    pathParameters: { userId: botId, ...(turn !== undefined && { turn }) },
    headers: {
      Authorization: `Bearer ${token}`,
      ...(body !== undefined && { "Content-Type": "application/json" }),
      ...headers,
    },
    body: body ?? null,
  });
};

export const question = (pair: ChatPair, content: string, headers: ChatCall["headers"] = {}) =>
  chatCall(pair, { to: "chat", headers, body: JSON.stringify({ content }) });
