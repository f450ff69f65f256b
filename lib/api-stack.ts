import { CfnOutput, RemovalPolicy, Stack, type StackProps, Validations } from "aws-cdk-lib";
import { EndpointType, LogGroupLogDestination, type Method, RestApi } from "aws-cdk-lib/aws-apigateway";
import type { Construct } from "constructs";
import { accessLogFormat } from "./access-log.ts";
import { type ApiFunctions, makeApiFunctions } from "./api-functions.ts";
import {
  type Authentication,
  defaultThrottle,
  integrationOf,
  isWebRoute,
  makeRoutes,
  methodOptionsOf,
  type Route,
  throttlesOf,
} from "./api-routes.ts";
import type { Config } from "./config.ts";
import type { BridgeFunction } from "./constructs/bridge-function.ts";
import { addFirewall } from "./constructs/firewall.ts";
import { makeLogGroup } from "./constructs/log-group.ts";
import { Releases } from "./constructs/releases.ts";
import { addCustomDomain } from "./custom-domain.ts";
import type { DataStack } from "./data-stack.ts";
import { addGatewayResponses } from "./gateway-responses.ts";
import type { MessagingStack } from "./messaging-stack.ts";

export interface ApiStackProps extends StackProps {
  readonly config: Config;
  readonly data: DataStack;
  readonly messaging: MessagingStack;
}

/** The API Gateway routes and the functions behind them. */
export class ApiStack extends Stack {
  readonly api: RestApi;
  readonly functions: ApiFunctions;
  /** Paths of the routes that are served by web functions. */
  readonly webRoutes: readonly string[];

  constructor(scope: Construct, id: string, { config, data, messaging, ...props }: ApiStackProps) {
    super(scope, id, props);
    const releases = new Releases(this, "Releases", config);
    this.functions = makeApiFunctions(this, { config, data, messaging, releases });
    const routes = makeRoutes(this.functions);
    this.webRoutes = routes.filter(isWebRoute).map(({ path }) => path);

    this.api = new RestApi(this, "Api", {
      // CloudWatch metrics use this name as a dimension, so it must be unique per stage.
      restApiName: `bot-bridge-${config.stage}`,
      description: "Bot Bridge",
      endpointTypes: [EndpointType.REGIONAL],
      disableExecuteApiEndpoint: !config.defaultEndpoint,
      // Uploads. Without it, API Gateway would take their bytes for UTF-8.
      binaryMediaTypes: ["multipart/form-data"],
      cloudWatchRole: config.apiGatewayLogRole,
      ...(config.apiGatewayLogRole && { cloudWatchRoleRemovalPolicy: RemovalPolicy.RETAIN }),
      deployOptions: {
        stageName: config.stage,
        ...defaultThrottle,
        methodOptions: throttlesOf(routes),
        tracingEnabled: false,
        accessLogDestination: new LogGroupLogDestination(makeLogGroup(this, "AccessLogs", config)),
        accessLogFormat: accessLogFormat(),
      },
    });
    addGatewayResponses(this.api);
    for (const route of routes) {
      const resource = this.api.root.resourceForPath(route.path);
      acknowledgeAuthentication(
        resource.addMethod(route.method, integrationOf(route), methodOptionsOf(route)),
        route,
      );
    }
    if (this.functions.console) this.addConsoleUrls(this.functions.console, this.urls(config));
    if (config.waf) addFirewall(this, this.api.deploymentStage, config);
    if (config.domain) addCustomDomain(this.api, config.domain);
    acknowledgeApi(this.api, config);

    new CfnOutput(this, "Url", {
      description: "Base URL of the API",
      // Until AWS's own address is off, the domain may not resolve yet.
      value: config.domain && !config.defaultEndpoint ? `https://${config.domain.name}/` : this.api.url,
    });
  }

  private addConsoleUrls({ lambda }: BridgeFunction, apiUrls: readonly string[]): void {
    lambda.addEnvironment("API_URLS", apiUrls.join(","));
    new CfnOutput(this, "ConsoleUrls", {
      description: "Addresses of the console. The sign-in provider must allow sign-in/callback below each",
      value: apiUrls.map((url) => `${url}/console/`).join(" "),
    });
  }

  /** Base URLs of the API. Not by the stage's URL: a stage depends on its functions. */
  private urls({ domain, defaultEndpoint, stage }: Config): string[] {
    const { restApiId } = this.api;
    return [
      ...(defaultEndpoint
        ? [`https://${restApiId}.execute-api.${this.region}.${this.urlSuffix}/${stage}`]
        : []),
      ...(domain ? [`https://${domain.name}`] : []),
    ];
  }
}

const authenticationReasons: Readonly<Record<Authentication, string>> = {
  signature:
    "The function verifies the signature made with the app secret, and rejects a signature that was used before.",
  token:
    "The function verifies the user's token; the write that starts a turn also checks that the token is not revoked.",
  session:
    "The function verifies the session in its cookie, which follows a sign-in at an OpenID Connect provider.",
  none: "Public, and returns no data of any user.",
};

const acknowledgeAuthentication = (method: Method, { authentication, method: verb }: Route): void => {
  const reason = authenticationReasons[authentication];
  Validations.of(method).acknowledge(
    { id: "AwsSolutions-APIG4", reason },
    // The rule skips CORS preflight requests.
    ...(verb === "OPTIONS" ? [] : [{ id: "AwsSolutions-COG4", reason }]),
  );
};

const acknowledgeApi = (api: RestApi, { waf, apiGatewayLogRole }: Config): void => {
  Validations.of(api).acknowledge({
    id: "AwsSolutions-APIG2",
    reason:
      "Functions validate requests with schemas and answer with RongCloud's error codes; the gateway's validator cannot.",
  });
  Validations.of(api.deploymentStage).acknowledge(
    {
      id: "AwsSolutions-APIG6",
      reason:
        "Execution logs contain queries and headers, and thus signatures and tokens. Access logs and function logs suffice.",
    },
    {
      id: "Serverless-APIGWXrayEnabled",
      reason:
        "API Gateway's segments contain the whole URL, with a callback's signature in its query, and the caller's address, and cannot be redacted. Lambda traces the functions: ARNs, request ids and times.",
    },
  );
  if (apiGatewayLogRole) {
    Validations.of(api.node.findChild("CloudWatchRole")).acknowledge({
      id: "AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs]",
      reason: "API Gateway rejects a logging role with fewer permissions than AWS's managed policy.",
    });
  }
  if (!waf) {
    Validations.of(api.deploymentStage).acknowledge({
      id: "AwsSolutions-APIG3",
      reason: "A web ACL has a monthly price. The setting `waf` adds one.",
    });
  }
};
