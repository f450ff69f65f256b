import { beforeAll, describe, expect, test } from "@jest/globals";
import { Match, type Template } from "aws-cdk-lib/assertions";
import { functionNames } from "../../lib/function-names.ts";
import { consoleSettings } from "../support/console-settings.ts";
import { type Synthesised, synthesise } from "../support/synthesised.ts";

let dev: Synthesised;
let prod: Synthesised;
beforeAll(() => {
  dev = synthesise({ stage: "dev", console: consoleSettings });
  prod = synthesise({ stage: "prod", console: consoleSettings });
}, 60_000);

const both = ({ templates }: Synthesised): Template[] => [templates.api, templates.messaging];
const resources = (deployment: Synthesised, type: string) =>
  both(deployment).flatMap((template) => Object.values(template.findResources(type)));

describe("a new version in production", () => {
  test("gets a tenth of the calls for five minutes, whatever function it is of", () => {
    const aliases = resources(prod, "AWS::Lambda::Alias");
    expect(aliases).toHaveLength(functionNames.length);
    for (const { Properties, UpdatePolicy } of aliases) {
      expect(Properties.Name).toBe("live");
      expect(UpdatePolicy.CodeDeployLambdaAliasUpdate.DeploymentGroupName.Ref).toMatch(/Release/);
    }
    expect(resources(prod, "AWS::CodeDeploy::DeploymentGroup")).toHaveLength(functionNames.length);
    for (const template of both(prod)) {
      template.allResourcesProperties("AWS::CodeDeploy::DeploymentGroup", {
        DeploymentConfigName: "CodeDeployDefault.LambdaCanary10Percent5Minutes",
      });
    }
  });

  test("is rolled back at its first error, and not at errors of the old version", () => {
    for (const template of both(prod)) {
      template.allResourcesProperties("AWS::CodeDeploy::DeploymentGroup", {
        AlarmConfiguration: {
          Enabled: true,
          Alarms: [{ Name: { Ref: Match.stringLikeRegexp("NewVersionErrors") } }],
        },
        AutoRollbackConfiguration: {
          Enabled: true,
          Events: ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_REQUEST", "DEPLOYMENT_STOP_ON_ALARM"],
        },
      });
      const alarms = template.findResources("AWS::CloudWatch::Alarm", {
        Properties: { MetricName: "Errors", Namespace: "AWS/Lambda", Threshold: 1, Period: 60 },
      });
      const groups = template.findResources("AWS::CodeDeploy::DeploymentGroup");
      const watching = Object.entries(alarms).filter(([name]) => name.includes("NewVersionErrors"));
      expect(watching).toHaveLength(Object.keys(groups).length);
      for (const [, { Properties }] of watching) {
        const names = Properties.Dimensions.map(({ Name }: { Name: string }) => Name);
        expect(names).toEqual(["ExecutedVersion", "FunctionName", "Resource"]);
      }
    }
  });

  test("that is rolled back is reported to those whom alarms notify", () => {
    const { observability } = prod.templates;
    const [[topic] = []] = Object.entries(observability.findResources("AWS::SNS::Topic"));
    observability.hasResourceProperties("AWS::Events::Rule", {
      EventPattern: {
        source: ["aws.codedeploy"],
        "detail-type": ["CodeDeploy Deployment State-change Notification"],
        detail: { state: ["FAILURE", "STOP"], application: [Match.anyValue(), Match.anyValue()] },
      },
      Targets: [Match.objectLike({ Arn: { Ref: topic } })],
    });
    observability.hasResourceProperties("AWS::SNS::TopicPolicy", {
      PolicyDocument: Match.objectLike({
        Statement: Match.arrayWith([
          Match.objectLike({ Action: "sns:Publish", Principal: { Service: "events.amazonaws.com" } }),
        ]),
      }),
    });
    dev.templates.observability.resourceCountIs("AWS::Events::Rule", 0);
  });

  test("leaves the old version in place for a manual rollback", () => {
    for (const version of resources(prod, "AWS::Lambda::Version"))
      expect(version.DeletionPolicy).toBe("Retain");
  });

  test("is deployed by a role that may update only these functions", () => {
    const roles = resources(prod, "AWS::IAM::Role").filter(({ Properties }) =>
      JSON.stringify(Properties.AssumeRolePolicyDocument).includes("codedeploy.amazonaws.com"),
    );
    expect(roles).toHaveLength(2);
    for (const { Properties } of roles) expect(Properties.ManagedPolicyArns).toBeUndefined();
  });
});

test("a new version elsewhere gets all calls at once, without paid extras", () => {
  expect(resources(dev, "AWS::Lambda::Alias")).toHaveLength(functionNames.length);
  for (const { UpdatePolicy } of resources(dev, "AWS::Lambda::Alias")) expect(UpdatePolicy).toBeUndefined();
  expect(resources(dev, "AWS::CodeDeploy::DeploymentGroup")).toEqual([]);
});

test("gateway and queues call functions by alias: otherwise traffic would not shift", () => {
  const uris = resources(prod, "AWS::ApiGateway::Method").map(({ Properties }) =>
    JSON.stringify(Properties.Integration.Uri),
  );
  expect(uris.filter((uri) => !/"Ref":"\w+FunctionAliaslive\w+"/.test(uri))).toEqual([]);
  for (const { Properties } of resources(prod, "AWS::Lambda::EventSourceMapping")) {
    expect(JSON.stringify(Properties.FunctionName)).toContain(":live");
  }
  const permitted = resources(prod, "AWS::Lambda::Permission").map(({ Properties }) =>
    JSON.stringify(Properties.FunctionName),
  );
  expect(permitted.filter((name) => !/Aliaslive/.test(name))).toEqual([]);
});
