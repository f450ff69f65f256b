import { Duration, Validations } from "aws-cdk-lib";
import { Effect, PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import {
  Architecture,
  Code,
  type IFunction,
  Function as LambdaFunction,
  LoggingFormat,
  Runtime,
  Tracing,
} from "aws-cdk-lib/aws-lambda";
import { Construct } from "constructs";
import type { Config } from "../config.ts";
import type { FunctionName } from "../function-names.ts";
import { bundleOf } from "./bundle.ts";
import { makeLogGroup } from "./log-group.ts";
import type { ManagedCapacity } from "./managed-capacity.ts";
import type { Releases } from "./releases.ts";

export interface BridgeFunctionProps {
  readonly name: FunctionName;
  readonly description: string;
  /** In whole seconds. */
  readonly timeoutSeconds: number;
  readonly environment?: Readonly<Record<string, string>>;
  readonly config: Config;
  readonly releases: Releases;
  /** Undefined: Lambda runs it on demand, one invocation at a time in each environment. */
  readonly managed?: ManagedCapacity | undefined;
}

/**
 * A function of this project: Node 24 on arm64, bundled into one ESM file. Its role can write to its own log group,
 * send traces, and do what `allow` adds.
 */
export class BridgeFunction extends Construct {
  readonly lambda: LambdaFunction;
  /** The alias that callers invoke. In production, a deployment shifts it to the new version gradually. */
  readonly live: IFunction;
  /** Whether it runs on instances, which are billed by the hour. */
  readonly isManaged: boolean;

  constructor(scope: Construct, id: string, props: BridgeFunctionProps) {
    super(scope, id);
    const { name, description, timeoutSeconds, environment, config, releases, managed } = props;
    const logGroup = makeLogGroup(this, "Logs", config);
    const role = new Role(this, "Role", {
      description: `Bot Bridge: execution role of ${name}`,
      assumedBy: new ServicePrincipal("lambda.amazonaws.com"),
    });
    const reserved = config.reservedConcurrency[name];
    this.lambda = new LambdaFunction(this, "Function", {
      code: Code.fromAsset(managed?.code ?? bundleOf(scope, name)),
      handler: "index.handler",
      description,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: managed?.memoryMb ?? 512,
      timeout: Duration.seconds(timeoutSeconds),
      environment: { NODE_OPTIONS: "--enable-source-maps", ...environment },
      ...(reserved !== undefined && { reservedConcurrentExecutions: reserved }),
      role,
      logGroup,
      loggingFormat: LoggingFormat.JSON,
      tracing: Tracing.ACTIVE,
      currentVersionOptions: managed?.versions ?? { removalPolicy: releases.oldVersions },
    });
    managed?.attach(this.lambda);
    this.isManaged = managed !== undefined;
    this.allow(logGroup.logGroupArn, "logs:CreateLogStream", "logs:PutLogEvents");
    // An alias is an IFunction, except that its type does not allow an undefined role.
    this.live = releases.release(this, this.lambda, managed === undefined) as IFunction;

    Validations.of(role).acknowledge({
      id: "AwsSolutions-IAM5[Resource::*]",
      reason:
        "xray:PutTraceSegments and xray:PutTelemetryRecords have no resource-level permissions: only * is valid.",
    });
    Validations.of(this.lambda).acknowledge({
      id: "Serverless-LambdaDLQ",
      reason: "API Gateway or SQS invokes it, never asynchronously: its dead-letter queue would stay empty.",
    });
  }

  allow(resourceArn: string, ...actions: readonly string[]): void {
    this.lambda.addToRolePolicy(
      new PolicyStatement({ effect: Effect.ALLOW, actions: [...actions], resources: [resourceArn] }),
    );
  }
}
