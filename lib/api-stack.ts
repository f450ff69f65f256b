import { Stack, type StackProps } from "aws-cdk-lib";
import { EndpointType, LambdaIntegration, RestApi } from "aws-cdk-lib/aws-apigateway";
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
    data.bots.grant(botRegistry, "dynamodb:PutItem", "dynamodb:UpdateItem");

    const messagePublish = signedFunction("MessagePublish", "message-publish", "Takes messages to bots", {
      BOTS_TABLE: data.bots.tableName,
      TURNS_QUEUE_URL: messaging.turns.queueUrl,
    });
    data.bots.grant(messagePublish, "dynamodb:BatchGetItem");
    messaging.turns.grantSendMessages(messagePublish);

    const userToken = signedFunction("UserToken", "user-token", "Gives users their tokens");

    const unknownPath = bridgeFunction(this, "UnknownPath", {
      folder: "unknown-path",
      description: "Answers every path that is not ours",
      timeoutSeconds: apiTimeoutSeconds,
    });

    const api = new RestApi(this, "Api", {
      description: "Bot Bridge",
      endpointTypes: [EndpointType.REGIONAL],
      deployOptions: { stageName: config.stage },
    });
    addGatewayResponses(api);

    const route = (method: string, path: string, target: IFunction): void => {
      api.root.resourceForPath(path).addMethod(method, new LambdaIntegration(target));
    };
    route("POST", "/v3/bot/create.json", botRegistry);
    route("POST", "/message/private/publish.json", messagePublish);
    route("POST", "/user/getToken.json", userToken);
    api.root.addMethod("ANY", new LambdaIntegration(unknownPath));
    route("ANY", "/{proxy+}", unknownPath);
  }
}
