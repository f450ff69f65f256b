import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "@jest/globals";
import { Match, Template } from "aws-cdk-lib/assertions";
import { routeKeys } from "../../functions/chat-stream/route-keys.ts";
import { addStacks, openApp } from "../../lib/app.ts";
import { type GivenSettings, makeConfig } from "../../lib/config.ts";
import { type Part, parts, templatesOnly } from "../support/synthesised.ts";
import { temporaryFolder } from "../unit/local/aws/temporary-folder.ts";

// The settings `chat.host` and `turnWorker.capacity`. Not with `synthesise`, whose result the local run can read too:
// it does not run these.

type Templates = Readonly<Record<Part, Template>>;

const synthesise = (given: GivenSettings): Templates => {
  const outdir = temporaryFolder();
  const app = openApp({ ...templatesOnly, outdir });
  addStacks(app, makeConfig({ stage: "test", ...given }));
  app.synth();
  const read = (part: Part): Template =>
    Template.fromString(readFileSync(`${outdir}/bot-bridge-test-${part}.template.json`, "utf8"));
  return {
    data: read("data"),
    messaging: read("messaging"),
    api: read("api"),
    observability: read("observability"),
  };
};

const subnets = ["subnet-0a1b2c3d", "subnet-1a1b2c3d", "subnet-2a1b2c3d"];
const securityGroups = ["sg-0a1b2c3d"];
let plain: Templates;
let web: Templates;
let managed: Templates;
beforeAll(() => {
  plain = synthesise({ production: true });
  web = synthesise({ production: true, chatsInFlight: 1_000, chat: { host: "web" } });
  managed = synthesise({
    production: true,
    turnsInFlight: 300,
    turnWorker: { capacity: "managed", subnets, securityGroups },
  });
}, 60_000);

const idsOf = (template: Template, type: string): string[] => Object.keys(template.findResources(type));
const functionIn = (template: Template, id: RegExp) => {
  const [found] = Object.entries(template.findResources("AWS::Lambda::Function")).filter(([name]) =>
    id.test(name),
  );
  return found?.[1].Properties;
};

describe("by default", () => {
  test("there are no web functions, no instances and no buckets", () => {
    for (const part of parts) {
      for (const type of [
        "AWS::Lambda::WebFunction",
        "AWS::Lambda::CapacityProvider",
        "AWS::S3::Bucket",
        "AWS::SecretsManager::Secret",
      ]) {
        plain[part].resourceCountIs(type, type.endsWith("Secret") && part === "data" ? 1 : 0);
      }
    }
  });
});

describe('chat.host "web"', () => {
  test("makes chat-stream a web function, and no other", () => {
    web.api.resourceCountIs("AWS::Lambda::WebFunction", 1);
    expect(functionIn(web.api, /^ChatStream/)).toBeUndefined();
    expect(idsOf(web.messaging, "AWS::Lambda::Function")).toEqual(
      idsOf(plain.messaging, "AWS::Lambda::Function"),
    );
  });

  test("gives it the function's time and environment, and many requests in each environment", () => {
    web.api.hasResourceProperties("AWS::Lambda::WebFunctionRevision", {
      BuildConfig: { RuntimeConfig: { Runtime: "nodejs24.x" } },
      ServiceConfig: { TimeoutSeconds: 900, MaxConcurrencyPerEnvironment: 64 },
    });
    const [{ Properties } = { Properties: {} }] = Object.values(
      web.api.findResources("AWS::Lambda::WebFunctionRevision"),
    );
    const { EnvironmentVariables } = Properties.ServiceConfig;
    const { TIMEOUT_SECONDS, GATEWAY_SECRET_ID, ...same } = EnvironmentVariables;
    expect([TIMEOUT_SECONDS, GATEWAY_SECRET_ID]).toEqual([
      "900",
      { Ref: expect.stringMatching(/GatewaySecret/) },
    ]);
    const { Variables } = functionIn(plain.api, /^ChatStreamFunction/).Environment;
    expect(same).toEqual({
      ...Variables,
      // A web function has no reserved concurrency: its answers are counted.
      SLOTS_IN_TOTAL: "1000",
      SLOTS_PER_APP: "750",
      SLOTS_PER_BOT: "500",
    });
  });

  test("bounds its environments to twice what its answers need", () => {
    web.api.hasResourceProperties("AWS::Lambda::WebFunctionEndpoint", {
      EndpointType: "HomeRegion",
      ScalingConfig: { MaxEnvironments: 32 },
    });
  });

  test("imports what other stacks have, in the copy of its code too", () => {
    const [copy = {}] = Object.values(web.api.findResources("Custom::S3ObjectCopy"));
    const known = new Set(Object.keys(web.api.toJSON().Resources));
    const references = [...JSON.stringify(copy).matchAll(/"Ref":"([^"]+)"/g)].flatMap(([, id = ""]) => id);
    expect(references.filter((id) => !known.has(id) && !id.startsWith("AWS::"))).toEqual([]);
    expect(JSON.stringify(copy)).toContain("Fn::ImportValue");
  });

  test("streams its routes through the API, with the path's parameters and the secret that only the API has", () => {
    const methods = Object.values(web.api.findResources("AWS::ApiGateway::Method"))
      .map(({ Properties: { HttpMethod, Integration } }) => ({ HttpMethod, ...Integration }))
      .filter(({ Type }) => Type === "HTTP_PROXY");
    const routeOf = ({ HttpMethod, Uri }: { HttpMethod: string; Uri: { "Fn::Join": [string, string[]] } }) =>
      `${HttpMethod} ${Uri["Fn::Join"][1].at(-1)}`;
    expect(methods.map(routeOf).sort()).toEqual([...routeKeys].sort());
    for (const {
      ResponseTransferMode,
      TimeoutInMillis,
      IntegrationHttpMethod,
      RequestParameters,
      ...method
    } of methods) {
      expect({ ResponseTransferMode, TimeoutInMillis, IntegrationHttpMethod }).toEqual({
        ResponseTransferMode: "STREAM",
        TimeoutInMillis: 900_000,
        IntegrationHttpMethod: method.HttpMethod,
      });
      for (const [, name = ""] of routeOf(method).matchAll(/\{(\w+)\}/g))
        expect(RequestParameters[`integration.request.path.${name}`]).toBe(`method.request.path.${name}`);
      expect(JSON.stringify(RequestParameters["integration.request.header.x-bot-bridge-gateway"])).toMatch(
        /'\{\{resolve:secretsmanager:.*GatewaySecret.*:SecretString:::\}\}'/,
      );
    }
  });

  test("changes neither domain, routes nor throttles", () => {
    const settingsOf = ({ api }: Templates) =>
      Object.values(api.findResources("AWS::ApiGateway::Stage")).map(
        ({ Properties }) => Properties.MethodSettings,
      );
    expect(settingsOf(web)).toEqual(settingsOf(plain));
    expect(idsOf(web.api, "AWS::ApiGateway::Method")).toEqual(idsOf(plain.api, "AWS::ApiGateway::Method"));
  });

  test("keeps its code in a private bucket of versions, and its logs as long as the others", () => {
    web.api.hasResourceProperties("AWS::S3::Bucket", {
      VersioningConfiguration: { Status: "Enabled" },
      PublicAccessBlockConfiguration: Match.objectLike({
        BlockPublicPolicy: true,
        RestrictPublicBuckets: true,
      }),
    });
    for (const { Properties } of Object.values(web.api.findResources("AWS::Logs::LogGroup")))
      expect(Properties.RetentionInDays).toBe(30);
    web.api.hasResourceProperties("AWS::Logs::LogGroup", {
      LogGroupName: { "Fn::Join": ["", [{ Ref: Match.stringLikeRegexp("^ChatStreamWebLogs") }, ".local"]] },
    });
  });

  test("gives its role the function's permissions, its own logs and the secret, and nothing else", () => {
    const permissionsOf = ({ api }: Templates, id: string): string[] => {
      const [policy] = Object.entries(api.findResources("AWS::IAM::Policy")).filter(([name]) =>
        name.startsWith(id),
      );
      const statements: { Action: string | string[]; Resource: unknown }[] =
        policy?.[1].Properties.PolicyDocument.Statement ?? [];
      return statements.flatMap(({ Action, Resource }) =>
        [Action]
          .flat()
          .flatMap((action) => [Resource].flat().map((arn) => `${action} on ${JSON.stringify(arn)}`)),
      );
    };
    const isOwn = (permission: string): boolean => /^(logs|xray):|GatewaySecret/.test(permission);
    const before = permissionsOf(plain, "ChatStreamRole");
    const after = permissionsOf(web, "ChatStreamWebRole");
    expect(before.length).toBeGreaterThan(5);
    expect(after.filter((each) => !isOwn(each)).sort()).toEqual(before.filter((each) => !isOwn(each)).sort());
    expect(after.filter(isOwn).map((each) => each.replace(/[0-9A-F]{8}/, ""))).toEqual([
      'logs:CreateLogStream on {"Fn::GetAtt":["ChatStreamWebLogs","Arn"]}',
      'logs:CreateLogStream on {"Fn::GetAtt":["ChatStreamWebRegionalLogs","Arn"]}',
      'logs:PutLogEvents on {"Fn::GetAtt":["ChatStreamWebLogs","Arn"]}',
      'logs:PutLogEvents on {"Fn::GetAtt":["ChatStreamWebRegionalLogs","Arn"]}',
      'secretsmanager:GetSecretValue on {"Ref":"ChatStreamWebGatewaySecret"}',
    ]);
  });

  test("is watched by the API's access log: a request that it did not serve is an error of a function", () => {
    web.observability.hasResourceProperties("AWS::Logs::MetricFilter", {
      FilterPattern: Match.stringLikeRegexp("502.*503.*/v1/bots/\\{userId\\}/chat"),
      MetricTransformations: [Match.objectLike({ MetricName: "WebFunctionErrors" })],
    });
    const alarms = Object.entries(web.observability.findResources("AWS::CloudWatch::Alarm"));
    const ofFunctions = alarms.filter(([id]) => id.startsWith("ApiFunctionErrors"));
    expect(JSON.stringify(ofFunctions)).toContain("WebFunctionErrors");
    expect(JSON.stringify(web.observability.toJSON())).not.toContain("S3ObjectCopy");
  });

  test("leaves every function its gradual releases, and has none itself", () => {
    const groups = ({ api }: Templates) => idsOf(api, "AWS::CodeDeploy::DeploymentGroup");
    expect(groups(web)).toEqual(groups(plain).filter((id) => !id.startsWith("ChatStream")));
    expect(groups(web).length).toBe(groups(plain).length - 1);
  });
});

describe('turnWorker.capacity "managed"', () => {
  test("runs the workers of turns on instances in the given VPC, on arm64, with a bound", () => {
    managed.messaging.hasResourceProperties("AWS::Lambda::CapacityProvider", {
      VpcConfig: { SubnetIds: subnets, SecurityGroupIds: securityGroups },
      InstanceRequirements: { Architectures: ["arm64"] },
      // Six environments for 375 turns, of a processor and one beside it, for two versions.
      CapacityProviderScalingConfig: { MaxVCpuCount: 24 },
    });
  });

  test("makes the worker another function: Lambda can neither give a function instances nor take them away", () => {
    expect(functionIn(managed.messaging, /^TurnWorker/)).toBeUndefined();
    const before = functionIn(plain.messaging, /^TurnWorkerFunction/);
    const after = functionIn(managed.messaging, /^ManagedTurnWorkerFunction/);
    expect(after).toMatchObject({
      MemorySize: 2048,
      Architectures: ["arm64"],
      Timeout: before.Timeout,
      CapacityProviderConfig: {
        LambdaManagedInstancesCapacityProviderConfig: {
          PerExecutionEnvironmentMaxConcurrency: 64,
          ExecutionEnvironmentMemoryGiBPerVCpu: 2,
        },
      },
      PublishToLatestPublished: false,
    });
    expect(after.ReservedConcurrentExecutions).toBeUndefined();
    const { SLOTS_PER_APP: _app, SLOTS_PER_BOT: _bot, ...variables } = before.Environment.Variables;
    expect(after.Environment.Variables).toMatchObject(variables);
  });

  test("keeps no old version, each of which would keep three environments running", () => {
    const versions = managed.messaging.findResources("AWS::Lambda::Version");
    const [version] = Object.keys(versions).flatMap((id) => (id.startsWith("Managed") ? [versions[id]] : []));
    expect(version).toMatchObject({
      DeletionPolicy: "Delete",
      Properties: { FunctionScalingConfig: { MinExecutionEnvironments: 3, MaxExecutionEnvironments: 6 } },
    });
  });

  test("moves the worker's alias at once, and the others' gradually", () => {
    const groups = ({ messaging }: Templates) => idsOf(messaging, "AWS::CodeDeploy::DeploymentGroup");
    expect(groups(managed)).toEqual(groups(plain).filter((id) => !id.startsWith("TurnWorker")));
    expect(groups(managed)).toHaveLength(groups(plain).length - 1);
  });

  test("delivers as many turns at once as the setting says", () => {
    const mappings = managed.messaging.findResources("AWS::Lambda::EventSourceMapping");
    const limits = Object.entries(mappings).flatMap(([id, { Properties }]) =>
      id.startsWith("ManagedTurnWorker") ? [Properties.ScalingConfig.MaximumConcurrency] : [],
    );
    expect(limits).toEqual([300, 75]);
  });

  test("keeps the worker among what alarms watch, but not in the price of the functions' time", () => {
    const text = ({ observability }: Templates): string => JSON.stringify(observability.toJSON());
    expect(text(managed)).toContain("ManagedTurnWorkerFunction");
    // Each function adds a term to the sum of requests and, unless it has instances, to that of durations.
    const terms = (templates: Templates, name: string): number =>
      text(templates).match(new RegExp(`FILL\\(${name}\\d+,0\\)`, "g"))?.length ?? 0;
    expect(terms(managed, "lambdarequests")).toBe(terms(plain, "lambdarequests"));
    expect(terms(managed, "lambdaduration")).toBe(terms(plain, "lambdaduration") - 1);
  });
});
