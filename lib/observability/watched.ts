import type { Stack } from "aws-cdk-lib";
import { RestApi } from "aws-cdk-lib/aws-apigateway";
import { LambdaApplication } from "aws-cdk-lib/aws-codedeploy";
import { TableV2 } from "aws-cdk-lib/aws-dynamodb";
import type { Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";
import { LogGroup } from "aws-cdk-lib/aws-logs";
import type { IQueue } from "aws-cdk-lib/aws-sqs";
import type { IConstruct } from "constructs";
import { BridgeFunction } from "../constructs/bridge-function.ts";
import { BridgeWebFunction } from "../constructs/bridge-web-function.ts";

export interface WatchedFunction {
  /** Short name, such as `ChatStream`. */
  readonly name: string;
  readonly lambda: LambdaFunction;
  readonly isManaged?: boolean;
}

/** A job queue and its dead-letter queue. */
export interface WatchedQueue {
  readonly name: "turns" | "webhooks";
  readonly jobs: IQueue;
  readonly deadLetters: IQueue;
}

/** The resources that alarms and the dashboard watch. */
export interface Watched {
  readonly api: RestApi;
  readonly tables: readonly TableV2[];
  /** Functions behind the API. */
  readonly apiFunctions: readonly WatchedFunction[];
  /** Functions behind the queues. */
  readonly workers: readonly WatchedFunction[];
  readonly queues: readonly WatchedQueue[];
  /** Paths of the routes that are served by web functions, which do not have the metrics of Lambda functions. */
  readonly webRoutes: readonly string[];
  readonly functionLogs: readonly LogGroup[];
  /** The applications of gradual deployments; none outside of production. */
  readonly releases: readonly LambdaApplication[];
  /** One line per request, written by API Gateway (lib/access-log.ts). */
  readonly accessLogs: LogGroup;
}

/** The function behind the IM's callbacks. */
export const callbackFunction = ({ apiFunctions }: Watched): LambdaFunction => {
  const callback = apiFunctions.find(({ name }) => name === "ImCallback");
  if (!callback) throw new Error("the API stack has no function ImCallback");
  return callback.lambda;
};

type Class<T> = abstract new (...parts: never[]) => T;

const findAllIn = <T extends IConstruct>(stack: Stack, kind: Class<T>): T[] =>
  stack.node.findAll().filter((each): each is T => each instanceof kind);

/** Id of the construct's top-level ancestor in the stack. */
const nameIn = (stack: Stack, construct: IConstruct): string =>
  construct.node.scopes[stack.node.scopes.length]?.node.id ?? construct.node.id;

const functionsIn = (stack: Stack): WatchedFunction[] =>
  findAllIn(stack, BridgeFunction).map(({ lambda, isManaged }) => ({
    name: nameIn(stack, lambda),
    lambda,
    isManaged,
  }));

/** Not the access log, and no log of a deployment. */
const isFunctionLog = ({ node: { id, scope } }: LogGroup): boolean =>
  id === "Logs" && (scope instanceof BridgeFunction || scope instanceof BridgeWebFunction);

export interface WatchedStacks {
  readonly data: Stack;
  readonly messaging: Stack & Readonly<Record<WatchedQueue["name"], { queue: IQueue; deadLetters: IQueue }>>;
  readonly api: Stack & Pick<Watched, "webRoutes">;
}

/** Finds all watched resources in the stacks. New functions are included automatically. */
export const findWatched = ({ data, messaging, api }: WatchedStacks): Watched => {
  const [restApi] = findAllIn(api, RestApi);
  const accessLogs = api.node.tryFindChild("AccessLogs");
  if (!restApi || !(accessLogs instanceof LogGroup))
    throw new Error("the API stack has no REST API or access log");
  return {
    api: restApi,
    tables: findAllIn(data, TableV2),
    apiFunctions: functionsIn(api),
    workers: functionsIn(messaging),
    queues: (["turns", "webhooks"] as const).map((name) => {
      const { queue: jobs, deadLetters } = messaging[name];
      return { name, jobs, deadLetters };
    }),
    webRoutes: api.webRoutes,
    functionLogs: [messaging, api].flatMap((stack) => findAllIn(stack, LogGroup)).filter(isFunctionLog),
    releases: [messaging, api].flatMap((stack) => findAllIn(stack, LambdaApplication)),
    accessLogs,
  };
};
