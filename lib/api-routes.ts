import { Duration } from "aws-cdk-lib";
import {
  type Integration,
  LambdaIntegration,
  type MethodDeploymentOptions,
  type MethodOptions,
  ResponseTransferMode,
} from "aws-cdk-lib/aws-apigateway";
import { streamTimeoutSeconds } from "./api-functions/chat-api.ts";
import type { ApiFunctions } from "./api-functions.ts";
import type { BridgeFunction } from "./constructs/bridge-function.ts";
import { BridgeWebFunction } from "./constructs/bridge-web-function.ts";

type Target = BridgeFunction | BridgeWebFunction;

/**
 * RongCloud's own limit for most paths. Here it is the stage's default, for every method without a rate of its own, so
 * that no route is unthrottled by mistake. ANY routes always use it: API Gateway has no method settings for ANY.
 */
const defaultRequestsPerSecond = 100;

/** A full message route sends every message of an app, and RongCloud retries throttled callbacks. */
const callbacksPerSecond = 5_000;

/** Each answer takes several calls a second. RongCloud's own limit is 100 per app. */
const chunksPerSecond = 1_000;

/** Path prefix of the chat API. */
const chat = "/v1/bots/{userId}";
const turn = `${chat}/turns/{turn}`;

/** Across all users; each user also has a limit of their own. */
const chatsPerSecond = 1_000;

/** Across all paths forwarded to RongCloud, which has its own limit per path. */
const forwardedPerSecond = 1_000;

/** Each makes calls to an address of the caller's choice, for up to 10 s. A person starts them. */
const testsPerSecond = 5;

/** Each reads up to a thousand messages of two queues, and hides them from other calls meanwhile. */
const deadLetterCallsPerSecond = 5;

/** How a route authenticates its caller. The functions check it; API Gateway does not. */
export type Authentication =
  /** A signature made with the app secret. */
  | "signature"
  /** A bearer token from /user/getToken.json. */
  | "token"
  /** A session of the console, in a cookie; the sign-in needs none. */
  | "session"
  /** Public. */
  | "none";

export interface Route {
  readonly method: string;
  /** Absolute path, such as `/v3/bot/create.json`. */
  readonly path: string;
  readonly target: Target;
  readonly authentication: Authentication;
  /** Across all apps: protects the service, is not a quota per app. */
  readonly requestsPerSecond: number;
  /** Whether the response is streamed. */
  readonly streams: boolean;
}

const routeFactory =
  (authentication: Authentication, streams = false) =>
  (method: string, path: string, target: Target, requestsPerSecond = defaultRequestsPerSecond): Route => ({
    method,
    path,
    target,
    authentication,
    requestsPerSecond,
    streams,
  });

const signed = routeFactory("signature");
const withToken = routeFactory("token");
const streamed = routeFactory("token", true);
/** Streamed, so that compressed files and fonts reach the browser as they are: a buffered response would have to be text. */
const withSession = routeFactory("session", true);
const unauthenticated = routeFactory("none");

/** The routes that users call, and for each path its preflight, which does not invoke the streaming function. */
const makeChatRoutes = (chatStream: Target, chatControl: Target): readonly Route[] => {
  const routes = [
    streamed("POST", `${chat}/chat`, chatStream, chatsPerSecond),
    streamed("POST", `${turn}/input`, chatStream, chatsPerSecond),
    streamed("GET", `${turn}/events`, chatStream, chatsPerSecond),
    withToken("POST", `${turn}/stop`, chatControl),
    withToken("POST", `${turn}/feedback`, chatControl),
    withToken("GET", `${turn}/suggested`, chatControl),
    withToken("GET", `${chat}/conversation`, chatControl),
    withToken("GET", `${chat}/conversation/messages`, chatControl),
    withToken("DELETE", `${chat}/conversation`, chatControl),
    withToken("POST", `${chat}/files`, chatControl),
  ];
  const preflights = [...Map.groupBy(routes, ({ path }) => path)].map(([path, calls]) =>
    unauthenticated("OPTIONS", path, chatControl, Math.max(...calls.map(preflightsPerSecond))),
  );
  return [...routes, ...preflights];
};

/**
 * The rate of the calls that they precede. For a POST to a turn, the rate of chats: browsers cache preflights by URL, and
 * each turn has its own.
 */
const preflightsPerSecond = ({ method, path, requestsPerSecond }: Route): number =>
  method === "POST" && path.startsWith(`${turn}/`) ? chatsPerSecond : requestsPerSecond;

/** All routes of the API. */
export const makeRoutes = ({
  botRegistry,
  integrationTest,
  turnQuery,
  deadLetters,
  messagePublish,
  imCallback,
  userToken,
  userData,
  chatStream,
  chatControl,
  console,
  about,
  unknownPath,
}: ApiFunctions): readonly Route[] => [
  signed("POST", "/v3/bot/create.json", botRegistry),
  signed("POST", "/v3/bot/update.json", botRegistry),
  signed("POST", "/v3/bot/delete.json", botRegistry),
  signed("POST", "/v3/bot/get.json", botRegistry),
  signed("POST", "/v3/bot/query.json", botRegistry),
  signed("POST", "/v3/bot/integration/create.json", botRegistry),
  signed("POST", "/v3/bot/integration/update.json", botRegistry),
  signed("POST", "/v3/bot/integration/delete.json", botRegistry),
  signed("POST", "/v3/bot/chat/pause.json", botRegistry),
  signed("POST", "/v3/bot/chat/resume.json", botRegistry),
  signed("POST", "/v3/bot/chat/get.json", botRegistry),
  signed("POST", "/v3/bot/chat/reset.json", botRegistry),
  signed("POST", "/v3/bot/integration/test.json", integrationTest, testsPerSecond),
  signed("POST", "/v3/turn/query.json", turnQuery),
  signed("POST", "/v3/turn/get.json", turnQuery),
  signed("POST", "/v3/usage/query.json", turnQuery),
  signed("POST", "/v3/job/dead/query.json", deadLetters, deadLetterCallsPerSecond),
  signed("POST", "/v3/job/dead/redrive.json", deadLetters, deadLetterCallsPerSecond),
  signed("POST", "/message/private/publish.json", messagePublish),
  signed("POST", "/message/group/publish.json", messagePublish),
  signed("POST", "/message/recall.json", messagePublish),
  signed("POST", "/statusmessage/private/publish.json", messagePublish),
  signed("POST", "/statusmessage/group/publish.json", messagePublish),
  signed("POST", "/v3/message/private/publish_stream.json", messagePublish, chunksPerSecond),
  signed("POST", "/v3/message/group/publish_stream.json", messagePublish, chunksPerSecond),
  signed("POST", "/callbacks/rongcloud/messages", imCallback, callbacksPerSecond),
  signed("POST", "/callbacks/rongcloud/bot-events", imCallback, callbacksPerSecond),
  signed("POST", "/user/getToken.json", userToken, 200),
  signed("POST", "/user/token/expire.json", userToken),
  signed("POST", "/user/info.json", userToken),
  signed("POST", "/user/refresh.json", userToken),
  signed("POST", "/v3/user/export.json", userData),
  signed("POST", "/v3/user/erase.json", userData),
  ...makeChatRoutes(chatStream, chatControl),
  ...(console
    ? [
        withSession("GET", "/console", console),
        withSession("GET", "/console/{proxy+}", console),
        withSession("POST", "/console/{proxy+}", console),
      ]
    : []),
  unauthenticated("GET", "/openapi.json", about),
  unauthenticated("GET", "/health", about),
  signed("POST", "/{proxy+}", unknownPath, forwardedPerSecond),
  signed("GET", "/{proxy+}", unknownPath, forwardedPerSecond),
  unauthenticated("ANY", "/", unknownPath),
  unauthenticated("ANY", "/{proxy+}", unknownPath),
];

export const isWebRoute = ({ target }: Route): boolean => target instanceof BridgeWebFunction;

export const integrationOf = ({ target, streams, method, path }: Route): Integration =>
  target instanceof BridgeWebFunction
    ? target.integrationFor(method, path)
    : new LambdaIntegration(target.live, {
        allowTestInvoke: false,
        ...(streams && {
          responseTransferMode: ResponseTransferMode.STREAM,
          timeout: Duration.seconds(streamTimeoutSeconds),
        }),
      });

export const methodOptionsOf = ({ target, path }: Route): MethodOptions =>
  target instanceof BridgeWebFunction ? { requestParameters: target.requestParametersFor(path) } : {};

/** The burst equals one second of the rate. */
const throttleOf = (requestsPerSecond: number): MethodDeploymentOptions => ({
  throttlingRateLimit: requestsPerSecond,
  throttlingBurstLimit: requestsPerSecond,
});

export const defaultThrottle = throttleOf(defaultRequestsPerSecond);

/** Only rates that differ from the default: API Gateway limits the number of method settings per update. */
export const throttlesOf = (routes: readonly Route[]): Record<string, MethodDeploymentOptions> =>
  Object.fromEntries(
    routes.flatMap(({ method, path, requestsPerSecond }) =>
      requestsPerSecond === defaultRequestsPerSecond
        ? []
        : [[`${path}/${method}`, throttleOf(requestsPerSecond)]],
    ),
  );
