import { Duration } from "aws-cdk-lib";
import {
  LambdaIntegration,
  type MethodDeploymentOptions,
  ResponseTransferMode,
} from "aws-cdk-lib/aws-apigateway";
import { type ApiFunctions, streamSeconds } from "./api-functions.ts";
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
const passedPerSecond = 1_000;

/** By what a caller of a route is known. It is the function that looks: the gateway knows neither. */
export type Caller =
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
  readonly caller: Caller;
  /** Of all apps together: it protects, it is no quota. */
  readonly requestsPerSecond: number;
  /** Whether the reply leaves as it comes. */
  readonly streams: boolean;
}

const routeOf =
  (caller: Caller, streams = false) =>
  (
    method: string,
    path: string,
    target: BridgeFunction,
    requestsPerSecond = defaultRequestsPerSecond,
  ): Route => ({ method, path, target, caller, requestsPerSecond, streams });

const signed = routeOf("signature");
const ofUser = routeOf("token");
const streamed = routeOf("token", true);
const open = routeOf("nothing");

/** All that the API answers. */
export const routesTo = ({
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
  ofUser("POST", `${chat}/turns/{turn}/stop`, chatControl),
  ofUser("POST", `${chat}/turns/{turn}/feedback`, chatControl),
  ofUser("GET", `${chat}/turns/{turn}/suggested`, chatControl),
  ofUser("GET", `${chat}/conversation`, chatControl),
  ofUser("DELETE", `${chat}/conversation`, chatControl),
  ...["chat", "turns/{turn}/events", "turns/{turn}/stop", "turns/{turn}/feedback"].map((path) =>
    open("OPTIONS", `${chat}/${path}`, chatControl, chatsPerSecond),
  ),
  ...["turns/{turn}/suggested", "conversation"].map((path) =>
    open("OPTIONS", `${chat}/${path}`, chatControl),
  ),
  open("GET", "/openapi.json", about),
  open("GET", "/health", about),
  signed("POST", "/{proxy+}", unknownPath, passedPerSecond),
  signed("GET", "/{proxy+}", unknownPath, passedPerSecond),
  open("ANY", "/", unknownPath),
  open("ANY", "/{proxy+}", unknownPath),
];

export const integrationOf = ({ target, streams }: Route): LambdaIntegration =>
  new LambdaIntegration(target.live, {
    allowTestInvoke: false,
    ...(streams && {
      responseTransferMode: ResponseTransferMode.STREAM,
      timeout: Duration.seconds(streamSeconds),
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
