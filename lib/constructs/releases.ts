import { Duration, RemovalPolicy, Stack, Validations } from "aws-cdk-lib";
import { type Alarm, ComparisonOperator, Metric, Stats, TreatMissingData } from "aws-cdk-lib/aws-cloudwatch";
import { LambdaApplication, LambdaDeploymentConfig, LambdaDeploymentGroup } from "aws-cdk-lib/aws-codedeploy";
import { PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import type { Alias, Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";
import { Construct } from "constructs";
import type { Config } from "../config.ts";

const aliasName = "live";

/**
 * Errors of the new version within one minute. Functions handle expected failures, so each one that Lambda counts is
 * unexpected.
 */
const errorsOfNewVersion = (lambda: LambdaFunction): Metric =>
  new Metric({
    namespace: "AWS/Lambda",
    metricName: "Errors",
    dimensionsMap: {
      FunctionName: lambda.functionName,
      Resource: `${lambda.functionName}:${aliasName}`,
      ExecutedVersion: lambda.currentVersion.version,
    },
    period: Duration.minutes(1),
    statistic: Stats.SUM,
  });

/**
 * Deploys new versions of a stack's functions. In production, a new version gets a tenth of the calls for five minutes,
 * then all of them; one error in that time rolls it back. Other stages switch at once, without waiting or extra cost.
 */
export class Releases extends Construct {
  /** Removal policy of old versions. Production keeps them for a manual rollback. */
  readonly oldVersions: RemovalPolicy;
  private readonly canary: { readonly application: LambdaApplication; readonly role: Role } | undefined;

  constructor(scope: Construct, id: string, { production }: Config) {
    super(scope, id);
    this.oldVersions = production ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY;
    this.canary = production
      ? {
          application: new LambdaApplication(this, "Application"),
          role: new Role(this, "Role", {
            description: "Bot Bridge: shifts traffic between function versions",
            assumedBy: new ServicePrincipal("codedeploy.amazonaws.com"),
          }),
        }
      : undefined;
    if (this.canary) this.allowAlarms(this.canary.role);
  }

  /** With a narrower scope, CloudWatch does not return every alarm that is asked for, and CodeDeploy does not begin. */
  private allowAlarms(role: Role): void {
    role.addToPolicy(new PolicyStatement({ actions: ["cloudwatch:DescribeAlarms"], resources: ["*"] }));
    Validations.of(role).acknowledge({
      id: "AwsSolutions-IAM5[Resource::*]",
      reason:
        "cloudwatch:DescribeAlarms reads alarms only, and AWS documents it with the scope * for all kinds of them.",
    });
  }

  /** Creates the alias that points to the newest version. `isGradual`: in production, it gets there gradually. */
  release(scope: Construct, lambda: LambdaFunction, isGradual: boolean): Alias {
    const live = lambda.addAlias(aliasName);
    if (this.canary && isGradual) this.addCanary(scope, lambda, live, this.canary);
    return live;
  }

  private addCanary(
    scope: Construct,
    lambda: LambdaFunction,
    alias: Alias,
    { application, role }: NonNullable<Releases["canary"]>,
  ): void {
    const alarm: Alarm = errorsOfNewVersion(lambda).createAlarm(scope, "NewVersionErrors", {
      alarmDescription: `A new version of ${Stack.of(scope).stackName}/${scope.node.id} fails. The deployment rolls back; some calls failed in the meantime. What to do: docs/runbook.md#a-new-version-fails`,
      threshold: 1,
      evaluationPeriods: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
    const allow = (resources: string[], ...actions: string[]): unknown =>
      role.addToPolicy(new PolicyStatement({ actions, resources }));
    // By name, not by reference: the alias depends on the deployment group, which depends on the role.
    const aliasArn = `${lambda.functionArn}:${aliasName}`;
    allow([lambda.functionArn, aliasArn], "lambda:GetAlias", "lambda:UpdateAlias");
    allow([aliasArn], "lambda:GetProvisionedConcurrencyConfig");

    const group = new LambdaDeploymentGroup(scope, "Release", {
      application,
      alias,
      deploymentConfig: LambdaDeploymentConfig.CANARY_10PERCENT_5MINUTES,
      alarms: [alarm],
      autoRollback: { failedDeployment: true, stoppedDeployment: true, deploymentInAlarm: true },
      // The construct would attach AWS's managed policy, which covers every function of the account.
      role: role.withoutPolicyUpdates(),
    });
    group.node.addDependency(role);
  }
}
