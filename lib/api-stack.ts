import { CfnOutput, RemovalPolicy, Stack, type StackProps, Validations } from "aws-cdk-lib";
import { EndpointType, LogGroupLogDestination, type Method, RestApi } from "aws-cdk-lib/aws-apigateway";
import type { Construct } from "constructs";
import { accessLogFormat } from "./access-log.ts";
import { type ApiFunctions, makeApiFunctions } from "./api-functions.ts";
import {
  type Authentication,
  defaultThrottle,
  integrationOf,
  makeRoutes,
  type Route,
  throttlesOf,
} from "./api-routes.ts";
import type { Config } from "./config.ts";
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

/** The doors: API Gateway's routes and the functions behind them. */
export class ApiStack extends Stack {
  readonly api: RestApi;
  readonly functions: ApiFunctions;

  constructor(scope: Construct, id: string, { config, data, messaging, ...props }: ApiStackProps) {
    super(scope, id, props);
    const releases = new Releases(this, "Releases", config);
    this.functions = makeApiFunctions(this, { config, data, messaging, releases });
    const routes = makeRoutes(this.functions);

    this.api = new RestApi(this, "Api", {
      // By which CloudWatch tells its metrics from another stage's.
      restApiName: `bot-bridge-${config.stage}`,
      description: "Bot Bridge",
      endpointTypes: [EndpointType.REGIONAL],
      // Its address from AWS would be a way around the domain's TLS.
      disableExecuteApiEndpoint: config.domain !== undefined,
      // API Gateway writes access logs by a role that it is told of once for an account and region.
      cloudWatchRole: true,
      cloudWatchRoleRemovalPolicy: RemovalPolicy.RETAIN,
      deployOptions: {
        stageName: config.stage,
        ...defaultThrottle,
        methodOptions: throttlesOf(routes),
        tracingEnabled: true,
        accessLogDestination: new LogGroupLogDestination(makeLogGroup(this, "AccessLogs", config)),
        accessLogFormat: accessLogFormat(),
      },
    });
    addGatewayResponses(this.api);
    for (const each of routes) {
      const resource = this.api.root.resourceForPath(each.path);
      acknowledgeAuthentication(resource.addMethod(each.method, integrationOf(each)), each);
    }
    if (config.waf) addFirewall(this, this.api.deploymentStage);
    if (config.domain) addCustomDomain(this.api, config.domain);
    acknowledgeApi(this.api, config);

    new CfnOutput(this, "Url", {
      description: "Where the API is",
      value: config.domain ? `https://${config.domain.name}/` : this.api.url,
    });
  }
}

const authenticationReasons: Readonly<Record<Authentication, string>> = {
  signature: "The function verifies a signature made with the app's secret, and that it was not used before.",
  token:
    "The function verifies the user's token, and asks for its revocation in the write that lets the turn in.",
  nothing: "It is for anybody, and tells nothing that is anybody's.",
};

const acknowledgeAuthentication = (method: Method, { caller, method: verb }: Route): void => {
  const reason = authenticationReasons[caller];
  Validations.of(method).acknowledge(
    { id: "AwsSolutions-APIG4", reason },
    // What browsers ask beforehand is not looked at by that rule.
    ...(verb === "OPTIONS" ? [] : [{ id: "AwsSolutions-COG4", reason }]),
  );
};

const acknowledgeApi = (api: RestApi, { waf }: Config): void => {
  Validations.of(api).acknowledge({
    id: "AwsSolutions-APIG2",
    reason:
      "Functions parse what comes by schemas, and answer in RongCloud's codes, which the gateway's validator cannot.",
  });
  Validations.of(api.deploymentStage).acknowledge({
    id: "AwsSolutions-APIG6",
    reason:
      "Execution logs quote queries and headers, in which signatures and tokens stand. Access logs and the functions' own tell enough.",
  });
  Validations.of(api.node.findChild("CloudWatchRole")).acknowledge({
    id: "AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs]",
    reason: "API Gateway refuses a role for its logs that may do less than AWS's own policy for it.",
  });
  if (!waf) {
    Validations.of(api.deploymentStage).acknowledge({
      id: "AwsSolutions-APIG3",
      reason: "It costs by the month: `waf` of the config puts one before the stage.",
    });
  }
};
