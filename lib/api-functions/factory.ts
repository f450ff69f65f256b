import type { Construct } from "constructs";
import type { Config } from "../config.ts";
import { BridgeFunction } from "../constructs/bridge-function.ts";
import { BridgeWebFunction } from "../constructs/bridge-web-function.ts";
import type { Releases } from "../constructs/releases.ts";
import type { DataStack } from "../data-stack.ts";
import type { FunctionName } from "../function-names.ts";
import type { MessagingStack } from "../messaging-stack.ts";
import { secretEnvironment } from "../secret-environment.ts";

/** API Gateway's 29 s limit for buffered responses, minus one second to send the response. */
const apiTimeoutSeconds = 28;

export interface ApiFunctionsParts {
  readonly config: Config;
  readonly data: DataStack;
  readonly messaging: MessagingStack;
  readonly releases: Releases;
}

export type FunctionFactory = ReturnType<typeof makeFunctionFactory>;

/** Creates functions in this scope, by what they authenticate. */
export const makeFunctionFactory = (scope: Construct, { config, data, releases }: ApiFunctionsParts) => {
  const makeFunction = (
    id: string,
    name: FunctionName,
    description: string,
    environment: Readonly<Record<string, string>> = {},
    timeoutSeconds = apiTimeoutSeconds,
  ): BridgeFunction =>
    new BridgeFunction(scope, id, { name, description, timeoutSeconds, environment, config, releases });

  /** A function that reads the secrets of the apps. */
  const appFunction = (...[id, name, description, environment, ...more]: Parameters<typeof makeFunction>) => {
    const all = { ...secretEnvironment(data, config), ...environment };
    const fn = makeFunction(id, name, description, all, ...more);
    fn.allow(data.appSecrets.secretArn, "secretsmanager:GetSecretValue");
    return fn;
  };

  /** The same as a web function. */
  const appWebFunction = (
    id: string,
    name: FunctionName,
    description: string,
    environment: Readonly<Record<string, string>>,
    timeoutSeconds: number,
  ): BridgeWebFunction => {
    const web = new BridgeWebFunction(scope, id, {
      name,
      bundle: "chat-stream-server",
      description,
      timeoutSeconds,
      environment: { ...secretEnvironment(data, config), ...environment },
      requestsPerEnvironment: config.chat.requestsPerEnvironment,
      inFlight: config.chatsInFlight,
      config,
    });
    web.allow(data.appSecrets.secretArn, "secretsmanager:GetSecretValue");
    return web;
  };

  /** A function that accepts signed calls or callbacks, and records their signatures. */
  const signedFunction = (...[id, name, description, environment]: Parameters<typeof makeFunction>) => {
    const all = {
      SIGNATURE_WINDOW_SECONDS: String(config.signatureWindowSeconds),
      GUARDS_TABLE: data.guards.tableName,
      ...environment,
    };
    const fn = appFunction(id, name, description, all);
    fn.allow(data.guards.tableArn, "dynamodb:PutItem");
    return fn;
  };

  return { makeFunction, appFunction, appWebFunction, signedFunction };
};
