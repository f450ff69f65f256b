import { RemovalPolicy } from "aws-cdk-lib";
import { LogGroup } from "aws-cdk-lib/aws-logs";
import type { Construct } from "constructs";
import type { Config } from "../config.ts";

/** Logs, kept for as long as the config says; in production their stack's end is not theirs. */
export const makeLogGroup = (
  scope: Construct,
  id: string,
  { logRetentionDays, production }: Config,
): LogGroup =>
  new LogGroup(scope, id, {
    retention: logRetentionDays,
    removalPolicy: production ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
  });
