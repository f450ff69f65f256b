import {
  CfnResource,
  Duration,
  Reference,
  RemovalPolicy,
  SecretValue,
  Stack,
  Token,
  Tokenization,
  Validations,
} from "aws-cdk-lib";
import { HttpIntegration, type Integration, ResponseTransferMode } from "aws-cdk-lib/aws-apigateway";
import { Effect, PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import {
  WebFunction,
  WebFunctionAuthType,
  WebFunctionCode,
  WebFunctionRuntime,
} from "aws-cdk-lib/aws-lambda";
import { LogGroup } from "aws-cdk-lib/aws-logs";
import { BlockPublicAccess, Bucket, BucketEncryption, type IBucket } from "aws-cdk-lib/aws-s3";
import { Secret } from "aws-cdk-lib/aws-secretsmanager";
import { Construct } from "constructs";
import type { Config } from "../config.ts";
import type { FunctionName } from "../function-names.ts";
import { serviceOf } from "../observability/custom-metrics.ts";
import { type SharedEnvironment, sharedBundleOf } from "./bundle.ts";
import { makeLogGroup } from "./log-group.ts";

/** The header that only API Gateway can send (functions/adapters/web-host/gateway-secret.ts). */
const gatewayHeader = "x-bot-bridge-gateway";

export interface BridgeWebFunctionProps {
  readonly name: FunctionName;
  readonly bundle: SharedEnvironment;
  readonly description: string;
  /** In whole seconds, of a request with its stream. */
  readonly timeoutSeconds: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly requestsPerEnvironment: number;
  /** How many requests there may be at once. */
  readonly inFlight: number;
  readonly config: Config;
}

/**
 * A function of this project as a Lambda Web Function: an HTTP server for many requests at once in each environment, behind
 * the same API (docs/adr/0042-many-turns-in-one-environment.md). Its role can write to its own log groups, read the secret
 * that it shares with the API, and do what `allow` adds.
 */
export class BridgeWebFunction extends Construct {
  readonly web: WebFunction;
  /** Its address is public; what does not come through the API does not have this secret. */
  private readonly gatewaySecret: Secret;
  private readonly role: Role;
  private readonly timeoutSeconds: number;

  constructor(scope: Construct, id: string, props: BridgeWebFunctionProps) {
    super(scope, id);
    const { name, bundle, description, timeoutSeconds, environment, config } = props;
    this.timeoutSeconds = timeoutSeconds;
    this.gatewaySecret = this.makeGatewaySecret();
    this.role = new Role(this, "Role", {
      description: `Bot Bridge: execution role of ${name}`,
      assumedBy: new ServicePrincipal("lambda.amazonaws.com"),
    });
    const logGroup = makeLogGroup(this, "Logs", config);
    const code = this.makeCodeBucket();
    this.web = new WebFunction(this, "Web", {
      code: WebFunctionCode.fromAssetToProvidedBucket(code as IBucket, sharedBundleOf(scope, bundle), {
        copyOptions: { logGroup: makeLogGroup(this, "CopyLogs", config) },
      }),
      runtime: WebFunctionRuntime.NODEJS_24_X,
      revisionDescription: description,
      role: this.role,
      timeout: Duration.seconds(timeoutSeconds),
      maxConcurrencyPerEnvironment: props.requestsPerEnvironment,
      environment: {
        NODE_OPTIONS: "--enable-source-maps",
        POWERTOOLS_SERVICE_NAME: serviceOf(config.stage),
        TIMEOUT_SECONDS: String(timeoutSeconds),
        GATEWAY_SECRET_ID: this.gatewaySecret.secretArn,
        ...importValues(this, environment),
      },
      logGroup,
      // API Gateway's HTTP integration cannot sign requests.
      defaultEndpointAuth: WebFunctionAuthType.APPLICATION_MANAGED,
      defaultEndpoint: {
        // A bound of the cost. Lambda may use less of an environment than its limit.
        maxEnvironments: Math.max(2, 2 * Math.ceil(props.inFlight / props.requestsPerEnvironment)),
      },
    });
    acknowledgeCodeCopy(this, code);
    // Lambda also writes each line into a group with this name.
    const regional = new LogGroup(this, "RegionalLogs", {
      logGroupName: `${logGroup.logGroupName}.local`,
      retention: config.logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.web.node.addDependency(regional);
    for (const group of [logGroup, regional])
      this.allow(group.logGroupArn, "logs:CreateLogStream", "logs:PutLogEvents");
    this.allow(this.gatewaySecret.secretArn, "secretsmanager:GetSecretValue");
  }

  allow(resourceArn: string, ...actions: readonly string[]): void {
    this.role.addToPolicy(
      new PolicyStatement({ effect: Effect.ALLOW, actions: [...actions], resources: [resourceArn] }),
    );
  }

  /** Forwards a route's requests, and streams the responses. */
  integrationFor(method: string, path: string): Integration {
    return new HttpIntegration(`https://${this.web.endpoint.domainName}${path}`, {
      httpMethod: method,
      proxy: true,
      options: {
        responseTransferMode: ResponseTransferMode.STREAM,
        timeout: Duration.seconds(this.timeoutSeconds),
        requestParameters: {
          [`integration.request.header.${gatewayHeader}`]: `'${this.secretReference()}'`,
          ...Object.fromEntries(
            parametersOf(path).map((name) => [
              `integration.request.path.${name}`,
              `method.request.path.${name}`,
            ]),
          ),
        },
      },
    });
  }

  /** The method's parameters that the integration reads. */
  requestParametersFor(path: string): Record<string, boolean> {
    return Object.fromEntries(parametersOf(path).map((name) => [`method.request.path.${name}`, true]));
  }

  /** CloudFormation reads it when it deploys: the template does not contain the value. */
  private secretReference(): string {
    return SecretValue.secretsManager(this.gatewaySecret.secretArn).unsafeUnwrap();
  }

  private makeGatewaySecret(): Secret {
    const secret = new Secret(this, "GatewaySecret", {
      description:
        "Bot Bridge: shared by the API and its web function, so that the function serves nobody else",
      // It is the value of a header.
      generateSecretString: { passwordLength: 48, excludePunctuation: true },
    });
    Validations.of(secret).acknowledge({
      id: "AwsSolutions-SMG4",
      reason:
        "A deployment writes it into the API, so a rotation without one would stop all requests. Each request also has a user's token.",
    });
    return secret;
  }

  private makeCodeBucket(): Bucket {
    const bucket = new Bucket(this, "Code", {
      // Lambda reads the code from here at each start of an environment, in the version of the revision.
      versioned: true,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    Validations.of(bucket).acknowledge({
      id: "AwsSolutions-S1",
      reason: "It holds this project's public code and no data; only deployments write to it.",
    });
    return bucket;
  }
}

/**
 * Values of other stacks as imports. The copy of the code has them in its properties too, and there the CDK (2.276.0) leaves
 * references as they are, to resources that this stack does not have.
 */
const importValues = (
  scope: Construct,
  values: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => {
      const [reference] = Tokenization.reverseString(value).tokens.filter(Reference.isReference);
      const owner = reference && Stack.of(reference.target);
      return [name, owner && owner !== Stack.of(scope) ? owner.exportValue(value) : value];
    }),
  );

/** The CDK's function that copies the code into the bucket at each deployment. */
const acknowledgeCodeCopy = (scope: Construct, bucket: Bucket): void => {
  const stack = Stack.of(scope);
  const copy = stack.node.children.find(({ node }) => node.id.startsWith("Custom::S3ObjectCopy"));
  const resource = bucket.node.defaultChild;
  if (!copy || !CfnResource.isCfnResource(resource))
    throw new Error("there is no function that copies the code");
  const reason =
    "The CDK's own function: it copies code in this bucket and from the assets, in deployments only.";
  Validations.of(copy).acknowledge(
    ...[
      "AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole]",
      `AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:s3:::cdk-${stack.synthesizer.bootstrapQualifier ?? ""}-assets-${accountOf(stack)}-${regionOf(stack)}/*]`,
      `AwsSolutions-IAM5[Resource::<${stack.getLogicalId(resource)}.Arn>/web-function/*]`,
      "AwsSolutions-IAM5[Action::s3:Abort*]",
      "AwsSolutions-IAM5[Action::s3:DeleteObject*]",
      "Serverless-LambdaDefaultMemorySize",
      "Serverless-LambdaDLQ",
      "Serverless-LambdaTracing",
    ].map((id) => ({ id, reason })),
  );
};

const accountOf = ({ account }: Stack): string =>
  Token.isUnresolved(account) ? "<AWS::AccountId>" : account;
const regionOf = ({ region }: Stack): string => (Token.isUnresolved(region) ? "<AWS::Region>" : region);

/** The names in braces of a path template. */
const parametersOf = (path: string): string[] =>
  [...path.matchAll(/\{(\w+)\}/g)].flatMap(([, name]) => name ?? []);
