import { Duration } from "aws-cdk-lib";
import {
  LambdaIntegration,
  type MethodDeploymentOptions,
  ResponseTransferMode,
} from "aws-cdk-lib/aws-apigateway";
import { type ApiFunctions, streamTimeoutSeconds } from "./api-functions.ts";
import type { BridgeFunction } from "./constructs/bridge-function.ts";

/**
 * RongCloud's own limit for most paths, and here the stage's: for each method of each path that has no other, so that a
 * forgotten rate is not an open door. ANY routes always take it, since API Gateway knows no setting for ANY.
 */
const defaultRequestsPerSecond = 100;

/** A full message route brings every message of an app, and what is refused comes again. */
const callbacksPerSecond = 5_000;

/** Where users speak to bots. */
const chat = "/v1/bots/{userId}";
/** Of all users together; each has a limit of their own besides. */
const chatsPerSecond = 1_000;

/** All of RongCloud's paths that pass through, together; it has limits of its own for each. */
const forwardedPerSecond = 1_000;

/** By what a caller of a route is known. It is the function that looks: the gateway knows neither. */
export type Authentication =
  /** An app secret. */
  | "signature"
  /** A token from /user/getToken.json. */
  | "token"
  /** Nothing: it is for anybody. */
  | "nothing";

export interface Route {
  readonly method: string;
  /** From the root: `/v3/bot/create.json`. */
  readonly path: string;
  readonly target: BridgeFunction;
  readonly caller: Authentication;
  /** Of all apps together: it protects, it is no quota. */
  readonly requestsPerSecond: number;
  /** Whether the reply leaves as it comes. */
  readonly streams: boolean;
}

const routeFactory =
  (caller: Authentication, streams = false) =>
  (
    method: string,
    path: string,
    target: BridgeFunction,
    requestsPerSecond = defaultRequestsPerSecond,
  ): Route => ({ method, path, target, caller, requestsPerSecond, streams });

const signed = routeFactory("signature");
const withToken = routeFactory("token");
const streamed = routeFactory("token", true);
const unauthenticated = routeFactory("nothing");

/** All that the API answers. */
export const makeRoutes = ({
  botRegistry,
  messagePublish,
  imCallback,
  userToken,
  chatStream,
  chatControl,
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
  signed("POST", "/message/private/publish.json", messagePublish),
  signed("POST", "/message/group/publish.json", messagePublish),
  signed("POST", "/callbacks/rongcloud/messages", imCallback, callbacksPerSecond),
  signed("POST", "/callbacks/rongcloud/bot-events", imCallback, callbacksPerSecond),
  signed("POST", "/user/getToken.json", userToken, 200),
  signed("POST", "/user/token/expire.json", userToken),
  streamed("POST", `${chat}/chat`, chatStream, chatsPerSecond),
  streamed("GET", `${chat}/turns/{turn}/events`, chatStream, chatsPerSecond),
  withToken("POST", `${chat}/turns/{turn}/stop`, chatControl),
  withToken("POST", `${chat}/turns/{turn}/feedback`, chatControl),
  withToken("GET", `${chat}/turns/{turn}/suggested`, chatControl),
  withToken("GET", `${chat}/conversation`, chatControl),
  withToken("DELETE", `${chat}/conversation`, chatControl),
  ...["chat", "turns/{turn}/events", "turns/{turn}/stop", "turns/{turn}/feedback"].map((path) =>
    unauthenticated("OPTIONS", `${chat}/${path}`, chatControl, chatsPerSecond),
  ),
  ...["turns/{turn}/suggested", "conversation"].map((path) =>
    unauthenticated("OPTIONS", `${chat}/${path}`, chatControl),
  ),
  unauthenticated("GET", "/openapi.json", about),
  unauthenticated("GET", "/health", about),
  signed("POST", "/{proxy+}", unknownPath, forwardedPerSecond),
  signed("GET", "/{proxy+}", unknownPath, forwardedPerSecond),
  unauthenticated("ANY", "/", unknownPath),
  unauthenticated("ANY", "/{proxy+}", unknownPath),
];

export const integrationOf = ({ target, streams }: Route): LambdaIntegration =>
  new LambdaIntegration(target.live, {
    allowTestInvoke: false,
    ...(streams && {
      responseTransferMode: ResponseTransferMode.STREAM,
      timeout: Duration.seconds(streamTimeoutSeconds),
    }),
  });

/** At once may come what may come in a second. */
const throttleOf = (requestsPerSecond: number): MethodDeploymentOptions => ({
  throttlingRateLimit: requestsPerSecond,
  throttlingBurstLimit: requestsPerSecond,
});

export const defaultThrottle = throttleOf(defaultRequestsPerSecond);

/** Only where it differs: API Gateway takes so many settings in one update and no more. */
export const throttlesOf = (routes: readonly Route[]): Record<string, MethodDeploymentOptions> =>
  Object.fromEntries(
    routes.flatMap(({ method, path, requestsPerSecond }) =>
      requestsPerSecond === defaultRequestsPerSecond
        ? []
        : [[`${path}/${method}`, throttleOf(requestsPerSecond)]],
    ),
  );
