import { CfnOutput, Duration, Stack, type StackProps } from "aws-cdk-lib";
import {
  EndpointType,
  LambdaIntegration,
  type MethodDeploymentOptions,
  ResponseTransferMode,
  RestApi,
} from "aws-cdk-lib/aws-apigateway";
import type { IFunction, Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";
import type { Construct } from "constructs";
import type { Config } from "./config.ts";
import { bridgeFunction } from "./constructs/bridge-function.ts";
import type { DataStack } from "./data-stack.ts";
import { addGatewayResponses } from "./gateway-responses.ts";
import type { MessagingStack } from "./messaging-stack.ts";

export interface ApiStackProps extends StackProps {
  readonly config: Config;
  readonly data: DataStack;
  readonly messaging: MessagingStack;
}

/** The gateway's own limit for a reply that does not stream, less a second to answer in. */
const apiTimeoutSeconds = 28;

/** What API Gateway and Lambda allow for a reply that streams; the turn itself ends a minute earlier. */
const streamSeconds = 900;

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

interface Route {
  readonly method: string;
  /** From the root: `/v3/bot/create.json`. */
  readonly path: string;
  readonly target: IFunction;
  /** Of all apps together: it protects, it is no quota. */
  readonly requestsPerSecond: number;
  /** Whether the reply leaves as it comes. */
  readonly streams: boolean;
}

const route = (
  method: string,
  path: string,
  target: IFunction,
  requestsPerSecond = defaultRequestsPerSecond,
): Route => ({ method, path, target, requestsPerSecond, streams: false });

const streamedRoute = (...given: Parameters<typeof route>): Route => ({ ...route(...given), streams: true });

const integrationOf = ({ target, streams }: Route): LambdaIntegration =>
  new LambdaIntegration(
    target,
    streams
      ? { responseTransferMode: ResponseTransferMode.STREAM, timeout: Duration.seconds(streamSeconds) }
      : {},
  );

/** At once may come what may come in a second. */
const throttleOf = (requestsPerSecond: number): MethodDeploymentOptions => ({
  throttlingRateLimit: requestsPerSecond,
  throttlingBurstLimit: requestsPerSecond,
});

/** Only where it differs: API Gateway takes so many settings in one update and no more. */
const throttlesOf = (routes: readonly Route[]): Record<string, MethodDeploymentOptions> =>
  Object.fromEntries(
    routes.flatMap(({ method, path, requestsPerSecond }) =>
      requestsPerSecond === defaultRequestsPerSecond
        ? []
        : [[`${path}/${method}`, throttleOf(requestsPerSecond)]],
    ),
  );

/** The doors: API Gateway's routes and the functions behind them. */
export class ApiStack extends Stack {
  constructor(scope: Construct, id: string, { config, data, messaging, ...props }: ApiStackProps) {
    super(scope, id, props);

    const signedEnvironment = {
      GUARDS_TABLE: data.guards.tableName,
      SECRET_ID: data.appSecrets.secretArn,
      SIGNATURE_WINDOW_SECONDS: String(config.signatureWindowSeconds),
    };
    const signedFunction = (
      name: string,
      folder: string,
      description: string,
      environment = {},
    ): LambdaFunction => {
      const made = bridgeFunction(this, name, {
        folder,
        description,
        timeoutSeconds: apiTimeoutSeconds,
        environment: { ...signedEnvironment, ...environment },
      });
      data.guards.grant(made, "dynamodb:PutItem");
      data.appSecrets.grantRead(made);
      return made;
    };

    const botRegistry = signedFunction("BotRegistry", "bot-registry", "Keeps the registry of bots", {
      BOTS_TABLE: data.bots.tableName,
      BOTS_PER_APP: String(config.botsPerApp),
      ALLOW_PRIVATE_CALLBACKS: config.allowPrivateCallbacks ? "1" : "0",
    });
    data.bots.grant(
      botRegistry,
      "dynamodb:PutItem",
      "dynamodb:UpdateItem",
      "dynamodb:DeleteItem",
      "dynamodb:Query",
      "dynamodb:BatchGetItem",
    );

    const rongcloudEnvironment = {
      RONGCLOUD_API_URL: config.rongcloudApiUrl,
      PASS_THROUGH: config.passThrough ? "1" : "0",
    };
    const doorEnvironment = {
      BOTS_TABLE: data.bots.tableName,
      TURNS_QUEUE_URL: messaging.turns.queue.queueUrl,
      WEBHOOKS_QUEUE_URL: messaging.webhooks.queue.queueUrl,
    };

    const messagePublish = signedFunction("MessagePublish", "message-publish", "Takes messages to bots", {
      ...doorEnvironment,
      ...rongcloudEnvironment,
    });

    const imCallback = bridgeFunction(this, "ImCallback", {
      folder: "im-callback",
      description: "Takes the messages and events that RongCloud calls back with",
      timeoutSeconds: apiTimeoutSeconds,
      environment: {
        SECRET_ID: signedEnvironment.SECRET_ID,
        SIGNATURE_WINDOW_SECONDS: signedEnvironment.SIGNATURE_WINDOW_SECONDS,
        ...doorEnvironment,
        BOT_CACHE_SECONDS: String(config.botCacheSeconds),
      },
    });
    data.appSecrets.grantRead(imCallback);

    for (const door of [messagePublish, imCallback]) {
      data.bots.grant(door, "dynamodb:BatchGetItem", "dynamodb:GetItem");
      messaging.turns.queue.grantSendMessages(door);
      messaging.webhooks.queue.grantSendMessages(door);
    }

    const userToken = signedFunction(
      "UserToken",
      "user-token",
      "Gives users their tokens, and revokes them",
      {
        ...rongcloudEnvironment,
        USER_TOKEN_HOURS: String(config.userTokenHours),
      },
    );
    data.guards.grant(userToken, "dynamodb:UpdateItem");

    const userEnvironment = {
      BOTS_TABLE: data.bots.tableName,
      CONVERSATIONS_TABLE: data.conversations.tableName,
      TURNS_TABLE: data.turns.tableName,
      GUARDS_TABLE: data.guards.tableName,
      SECRET_ID: data.appSecrets.secretArn,
      ALLOW_PRIVATE_CALLBACKS: config.allowPrivateCallbacks ? "1" : "0",
      CORS_ORIGINS: config.corsOrigins.join(","),
    };

    const chatStream = bridgeFunction(this, "ChatStream", {
      folder: "chat-stream",
      description: "Streams a bot's answer to a client",
      timeoutSeconds: streamSeconds,
      environment: {
        ...userEnvironment,
        TURNS_PER_MINUTE: String(config.turnsPerMinute),
        TURNS_AT_ONCE: String(config.turnsAtOnce),
      },
    });
    data.conversations.grant(chatStream, "dynamodb:UpdateItem");
    data.turns.grant(chatStream, "dynamodb:UpdateItem", "dynamodb:GetItem");
    data.guards.grant(
      chatStream,
      "dynamodb:UpdateItem",
      "dynamodb:GetItem",
      "dynamodb:PutItem",
      "dynamodb:BatchGetItem",
    );

    const chatControl = bridgeFunction(this, "ChatControl", {
      folder: "chat-control",
      description: "What a client can do beside hearing an answer: stop it, rate it, forget what was said",
      timeoutSeconds: apiTimeoutSeconds,
      environment: userEnvironment,
    });
    data.conversations.grant(chatControl, "dynamodb:GetItem", "dynamodb:UpdateItem");
    data.turns.grant(chatControl, "dynamodb:GetItem", "dynamodb:UpdateItem");
    data.guards.grant(chatControl, "dynamodb:GetItem");

    for (const each of [chatStream, chatControl]) {
      data.bots.grant(each, "dynamodb:BatchGetItem");
      data.appSecrets.grantRead(each);
    }

    const about = bridgeFunction(this, "About", {
      folder: "about",
      description: "Says what this service is: its API description and its health",
      timeoutSeconds: apiTimeoutSeconds,
    });

    const unknownPath = signedFunction(
      "UnknownPath",
      "unknown-path",
      "Answers every path that is not ours, or passes it on to RongCloud",
      rongcloudEnvironment,
    );

    const routes = [
      route("POST", "/v3/bot/create.json", botRegistry),
      route("POST", "/v3/bot/update.json", botRegistry),
      route("POST", "/v3/bot/delete.json", botRegistry),
      route("POST", "/v3/bot/get.json", botRegistry),
      route("POST", "/v3/bot/query.json", botRegistry),
      route("POST", "/v3/bot/integration/create.json", botRegistry),
      route("POST", "/v3/bot/integration/update.json", botRegistry),
      route("POST", "/v3/bot/integration/delete.json", botRegistry),
      route("POST", "/message/private/publish.json", messagePublish),
      route("POST", "/message/group/publish.json", messagePublish),
      route("POST", "/callbacks/rongcloud/messages", imCallback, callbacksPerSecond),
      route("POST", "/callbacks/rongcloud/bot-events", imCallback, callbacksPerSecond),
      route("POST", "/user/getToken.json", userToken, 200),
      route("POST", "/user/token/expire.json", userToken),
      streamedRoute("POST", `${chat}/chat`, chatStream, chatsPerSecond),
      streamedRoute("GET", `${chat}/turns/{turn}/events`, chatStream, chatsPerSecond),
      route("POST", `${chat}/turns/{turn}/stop`, chatControl),
      route("POST", `${chat}/turns/{turn}/feedback`, chatControl),
      route("GET", `${chat}/turns/{turn}/suggested`, chatControl),
      route("GET", `${chat}/conversation`, chatControl),
      route("DELETE", `${chat}/conversation`, chatControl),
      ...["chat", "turns/{turn}/events", "turns/{turn}/stop", "turns/{turn}/feedback"].map((path) =>
        route("OPTIONS", `${chat}/${path}`, chatControl, chatsPerSecond),
      ),
      ...["turns/{turn}/suggested", "conversation"].map((path) =>
        route("OPTIONS", `${chat}/${path}`, chatControl),
      ),
      route("GET", "/openapi.json", about),
      route("GET", "/health", about),
      route("POST", "/{proxy+}", unknownPath, passedPerSecond),
      route("GET", "/{proxy+}", unknownPath, passedPerSecond),
      route("ANY", "/", unknownPath),
      route("ANY", "/{proxy+}", unknownPath),
    ];

    const api = new RestApi(this, "Api", {
      // By which CloudWatch tells its metrics from another stage's.
      restApiName: `bot-bridge-${config.stage}`,
      description: "Bot Bridge",
      endpointTypes: [EndpointType.REGIONAL],
      deployOptions: {
        stageName: config.stage,
        ...throttleOf(defaultRequestsPerSecond),
        methodOptions: throttlesOf(routes),
      },
    });
    addGatewayResponses(api);
    for (const each of routes) {
      api.root.resourceForPath(each.path).addMethod(each.method, integrationOf(each));
    }
    new CfnOutput(this, "Url", { description: "Where the API is", value: api.url });
  }
}
