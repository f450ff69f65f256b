import { Duration } from "aws-cdk-lib";
import {
  Architecture,
  Code,
  Function as LambdaFunction,
  LoggingFormat,
  Runtime,
} from "aws-cdk-lib/aws-lambda";
import { LogGroup, RetentionDays } from "aws-cdk-lib/aws-logs";
import type { Construct } from "constructs";
import type { FunctionName } from "../function-names.ts";
import { bundleOf } from "./bundle.ts";

export interface BridgeFunctionProps {
  /** The folder below functions/ that holds its handler.ts. */
  readonly folder: FunctionName;
  readonly description: string;
  /** Whole seconds. */
  readonly timeoutSeconds: number;
  readonly environment?: Readonly<Record<string, string>>;
}

/** A function of this project: Node 24 on arm64, one ESM file with everything in it, logs kept for a month. */
export const bridgeFunction = (scope: Construct, id: string, props: BridgeFunctionProps): LambdaFunction =>
  new LambdaFunction(scope, id, {
    code: Code.fromAsset(bundleOf(scope, props.folder)),
    handler: "index.handler",
    description: props.description,
    runtime: Runtime.NODEJS_24_X,
    architecture: Architecture.ARM_64,
    memorySize: 512,
    timeout: Duration.seconds(props.timeoutSeconds),
    environment: { NODE_OPTIONS: "--enable-source-maps", ...props.environment },
    logGroup: new LogGroup(scope, `${id}Logs`, { retention: RetentionDays.ONE_MONTH }),
    loggingFormat: LoggingFormat.JSON,
  });
