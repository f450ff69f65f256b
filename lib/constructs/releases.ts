import { Duration, RemovalPolicy, Stack } from "aws-cdk-lib";
import { type Alarm, ComparisonOperator, Metric, Stats, TreatMissingData } from "aws-cdk-lib/aws-cloudwatch";
import { LambdaApplication, LambdaDeploymentConfig, LambdaDeploymentGroup } from "aws-cdk-lib/aws-codedeploy";
import { PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import type { Alias, Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";
import { Construct } from "constructs";
import type { Config } from "../config.ts";

const aliasName = "live";

/** One error in a minute: a function answers what it foresees, so what Lambda counts nobody foresaw. */
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
 * How new versions of a stack's functions come to be called. In production a tenth of the calls goes to one for five
 * minutes, then all; an error of its own within that time, and it is the old one's again. Elsewhere it is called at once,
 * and nothing is waited for or paid for.
 */
export class Releases extends Construct {
  /** What becomes of a version that is called no more. In production it can be gone back to by hand. */
  readonly oldVersions: RemovalPolicy;
  private readonly canary: { readonly application: LambdaApplication; readonly role: Role } | undefined;

  constructor(scope: Construct, id: string, { production }: Config) {
    super(scope, id);
    this.oldVersions = production ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY;
    this.canary = production
      ? {
          application: new LambdaApplication(this, "Application"),
          role: new Role(this, "Role", {
            description: "Bot Bridge: shifts calls from one version of a function to the next",
            assumedBy: new ServicePrincipal("codedeploy.amazonaws.com"),
          }),
        }
      : undefined;
  }

  /** The alias by which the newest version is called. */
  release(scope: Construct, lambda: LambdaFunction): Alias {
    const live = lambda.addAlias(aliasName);
    if (this.canary) this.addCanary(scope, lambda, live, this.canary);
    return live;
  }

  private addCanary(
    scope: Construct,
    lambda: LambdaFunction,
    alias: Alias,
    { application, role }: NonNullable<Releases["canary"]>,
  ): void {
    const alarm: Alarm = errorsOfNewVersion(lambda).createAlarm(scope, "NewVersionErrors", {
      alarmDescription: `A new version of ${Stack.of(scope).stackName}/${scope.node.id} fails: a deployment under way goes back. What to do: docs/runbook.md#a-new-version-fails`,
      threshold: 1,
      evaluationPeriods: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
    const allow = (resources: string[], ...actions: string[]): unknown =>
      role.addToPolicy(new PolicyStatement({ actions, resources }));
    // By its name, not by its reference: the alias waits for the group, which waits for the role.
    const aliasArn = `${lambda.functionArn}:${aliasName}`;
    allow([lambda.functionArn, aliasArn], "lambda:GetAlias", "lambda:UpdateAlias");
    allow([aliasArn], "lambda:GetProvisionedConcurrencyConfig");
    allow([alarm.alarmArn], "cloudwatch:DescribeAlarms");

    const group = new LambdaDeploymentGroup(scope, "Release", {
      application,
      alias,
      deploymentConfig: LambdaDeploymentConfig.CANARY_10PERCENT_5MINUTES,
      alarms: [alarm],
      autoRollback: { failedDeployment: true, stoppedDeployment: true, deploymentInAlarm: true },
      // The construct would add AWS's own policy for any function of the account.
      role: role.withoutPolicyUpdates(),
    });
    group.node.addDependency(role);
  }
}
