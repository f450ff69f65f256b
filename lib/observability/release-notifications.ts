import { Validations } from "aws-cdk-lib";
import { EventField, Match, Rule, RuleTargetInput } from "aws-cdk-lib/aws-events";
import { SnsTopic } from "aws-cdk-lib/aws-events-targets";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import type { Construct } from "constructs";
import type { Watched } from "./watched.ts";

/**
 * Reports a gradual deployment that was rolled back or stopped. Its alarms of new versions notify nobody themselves: they are
 * in the stacks that this one watches, and know no topic.
 */
export const notifyOfFailedReleases = (
  scope: Construct,
  { releases }: Watched,
  stage: string,
  topic: ITopic,
): void => {
  if (releases.length === 0) return;
  const rule = new Rule(scope, "ReleaseFailed", {
    description: "Bot Bridge: a gradual deployment was rolled back or stopped",
    eventPattern: {
      source: ["aws.codedeploy"],
      detailType: ["CodeDeploy Deployment State-change Notification"],
      detail: {
        state: ["FAILURE", "STOP"],
        application: Match.anyOf(...releases.map(({ applicationName }) => applicationName)),
      },
    },
    targets: [
      new SnsTopic(topic, {
        message: RuleTargetInput.fromText(
          `Bot Bridge ${stage}: a new version of a function failed, and its deployment ${EventField.fromPath("$.detail.deploymentId")} was stopped. The old version answers. What to do: docs/runbook.md#a-new-version-fails`,
        ),
      }),
    ],
  });
  Validations.of(rule).acknowledge({
    id: "Serverless-EventBusDLQ",
    reason: "A lost notification needs no queue: CloudFormation and CodeDeploy show the failed deployment.",
  });
};
