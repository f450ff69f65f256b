import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { Stack } from "aws-cdk-lib";
import { Match, Template } from "aws-cdk-lib/assertions";
import { makeApp } from "../../lib/app.ts";
import { makeConfig } from "../../lib/config.ts";
import { readAssembly } from "../../local/aws/template/read-assembly.ts";

const outdir = mkdtempSync(join(tmpdir(), "bot-bridge-infra-"));
let templates: Record<"data" | "messaging" | "api", Template>;
let findings: unknown[];

beforeAll(() => {
  const config = {
    stage: "test",
    rongcloudApiUrl: "https://api.sg-light-api.com",
    userTokenHours: 12,
    corsOrigins: ["https://www.example.com", "http://localhost:5173"],
  };
  const app = makeApp(makeConfig(config), { outdir });
  const template = (part: string): Template => {
    const stack = app.node.findChild(`bot-bridge-test-${part}`);
    if (!Stack.isStack(stack)) throw new Error(`no stack ${part}`);
    return Template.fromStack(stack);
  };
  app.synth();
  findings = JSON.parse(readFileSync(join(outdir, "validation-report.json"), "utf8")).pluginReports;
  templates = { data: template("data"), messaging: template("messaging"), api: template("api") };
}, 60_000);
afterAll(() => rmSync(outdir, { recursive: true }));

const everyFunction = () =>
  [templates.messaging, templates.api].flatMap((template) =>
    Object.values(template.findResources("AWS::Lambda::Function")),
  );

test("CloudFormation's own rules find nothing wrong with the templates", () => {
  expect(findings).toEqual([]);
});

describe("the tables", () => {
  test.each(["conversation", "turn", "guard"])("of %ss forget by TTL", (key) => {
    templates.data.hasResourceProperties("AWS::DynamoDB::GlobalTable", {
      KeySchema: [{ AttributeName: key, KeyType: "HASH" }],
      TimeToLiveSpecification: { AttributeName: "ttl", Enabled: true },
      BillingMode: "PAY_PER_REQUEST",
    });
  });

  test("of bots is kept whatever happens to the stack, and can be put back to any second", () => {
    templates.data.hasResource("AWS::DynamoDB::GlobalTable", {
      DeletionPolicy: "Retain",
      Properties: Match.objectLike({
        KeySchema: [
          { AttributeName: "appKey", KeyType: "HASH" },
          { AttributeName: "item", KeyType: "RANGE" },
        ],
        Replicas: [
          Match.objectLike({ PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true } }),
        ],
      }),
    });
  });
});

describe("the queues of turns and of webhooks", () => {
  const queues = () => Object.entries(templates.messaging.findResources("AWS::SQS::Queue"));
  const jobQueues = () => queues().filter(([, { Properties }]) => Properties.RedrivePolicy !== undefined);

  test("are first in, first out by conversation, and lose nothing of what cannot be done", () => {
    expect(jobQueues()).toHaveLength(2);
    for (const [, { Properties }] of jobQueues()) {
      expect(Properties).toMatchObject({
        FifoQueue: true,
        FifoThroughputLimit: "perMessageGroupId",
        DeduplicationScope: "messageGroup",
        RedrivePolicy: { maxReceiveCount: 100 },
      });
    }
  });

  test("have dead letters of their own, kept for two weeks", () => {
    const dead = queues().filter(([, { Properties }]) => Properties.RedrivePolicy === undefined);
    expect(dead.map(([, { Properties }]) => Properties.MessageRetentionPeriod)).toEqual([
      1_209_600, 1_209_600,
    ]);
    const targets = jobQueues().map(
      ([, { Properties }]) => Properties.RedrivePolicy.deadLetterTargetArn["Fn::GetAtt"][0],
    );
    expect(targets.sort()).toEqual(dead.map(([name]) => name).sort());
  });

  test("hide a job for longer than its worker may run, and hand out one at a time", () => {
    const functions = templates.messaging.findResources("AWS::Lambda::Function");
    const mappings = Object.values(templates.messaging.findResources("AWS::Lambda::EventSourceMapping"));
    expect(mappings).toHaveLength(2);
    for (const { Properties } of mappings) {
      expect(Properties).toMatchObject({
        BatchSize: 1,
        FunctionResponseTypes: ["ReportBatchItemFailures"],
      });
      const [, queue] = queues().find(([name]) => name === Properties.EventSourceArn["Fn::GetAtt"][0]) ?? [];
      const worker = functions[Properties.FunctionName.Ref];
      expect(queue?.Properties.VisibilityTimeout).toBeGreaterThan(worker?.Properties.Timeout);
    }
  });
});

describe("the functions", () => {
  test("run on Node 24 on arm64, and keep their logs for a month", () => {
    for (const { Properties } of everyFunction()) {
      expect(Properties).toMatchObject({
        Runtime: "nodejs24.x",
        Architectures: ["arm64"],
        Handler: "index.handler",
      });
    }
    templates.api.allResourcesProperties("AWS::Logs::LogGroup", { RetentionInDays: 30 });
  });

  test("may do what they need by name, and nothing by a wildcard", () => {
    for (const template of [templates.messaging, templates.api]) {
      for (const { Properties } of Object.values(template.findResources("AWS::IAM::Policy"))) {
        for (const { Action, Resource } of Properties.PolicyDocument.Statement) {
          expect([Action].flat().filter((action) => action.includes("*"))).toEqual([]);
          expect(Resource).not.toBe("*");
        }
      }
    }
  });

  test("that gives tokens gives them the life of the config, and may revoke them", () => {
    const functions = templates.api.findResources("AWS::Lambda::Function", {
      Properties: { Environment: { Variables: Match.objectLike({ USER_TOKEN_HOURS: "12" }) } },
    });
    const [{ Properties } = { Properties: {} }] = Object.values(functions);
    templates.api.hasResourceProperties("AWS::IAM::Policy", {
      Roles: [{ Ref: Properties.Role["Fn::GetAtt"][0] }],
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({ Action: ["dynamodb:PutItem", "dynamodb:UpdateItem"] }),
        ]),
      },
    });
  });

  test("refuse private callbacks, and deliver to the data centre of the config", () => {
    templates.messaging.hasResourceProperties("AWS::Lambda::Function", {
      Environment: {
        Variables: Match.objectLike({
          ALLOW_PRIVATE_CALLBACKS: "0",
          RONGCLOUD_API_URL: "https://api.sg-light-api.com",
        }),
      },
    });
  });
});

describe("the API", () => {
  test("is regional, so that a later stream may be silent for five minutes", () => {
    templates.api.hasResourceProperties("AWS::ApiGateway::RestApi", {
      EndpointConfiguration: { Types: ["REGIONAL"] },
    });
  });

  test("answers every unknown path by a function of ours", () => {
    templates.api.hasResourceProperties("AWS::ApiGateway::Resource", { PathPart: "{proxy+}" });
    const methods = Object.values(templates.api.findResources("AWS::ApiGateway::Method"));
    expect(methods.filter(({ Properties }) => Properties.HttpMethod === "ANY")).toHaveLength(2);
  });

  test.each([
    ["THROTTLED", "429", 1008],
    ["REQUEST_TOO_LARGE", "413", 1005],
    ["INTEGRATION_TIMEOUT", "504", 1050],
    ["DEFAULT_5XX", "500", 1000],
    ["DEFAULT_4XX", "400", 1002],
    ["MISSING_AUTHENTICATION_TOKEN", "404", 404],
  ])("says %s in our own codes, echoing nothing", (type, status, code) => {
    const found = templates.api.findResources("AWS::ApiGateway::GatewayResponse", {
      Properties: { ResponseType: type, StatusCode: status },
    });
    const [answer] = Object.values(found);
    const body = answer?.Properties.ResponseTemplates["application/json"];
    expect(JSON.parse(body)).toEqual({ code, errorMessage: expect.any(String) });
    expect(body).not.toContain("$");
  });

  test("lets pass in a second, and at once, what RongCloud does: 100 requests a path, 200 for tokens, and more of what it sends or passes through, and of users' chats", () => {
    const [api] = readAssembly(outdir).restApis;
    const throttles = api?.stage.throttles.map(({ method, path, ratePerSecond, burst }) => [
      `${method} ${path}`,
      ratePerSecond,
      burst,
    ]);
    expect(throttles).toEqual([
      ["* /*", 100, 100],
      ["POST /callbacks/rongcloud/messages", 5000, 5000],
      ["POST /callbacks/rongcloud/bot-events", 5000, 5000],
      ["POST /user/getToken.json", 200, 200],
      ["POST /v1/bots/{userId}/chat", 1000, 1000],
      ["GET /v1/bots/{userId}/turns/{turn}/events", 1000, 1000],
      ["OPTIONS /v1/bots/{userId}/chat", 1000, 1000],
      ["OPTIONS /v1/bots/{userId}/turns/{turn}/events", 1000, 1000],
      ["OPTIONS /v1/bots/{userId}/turns/{turn}/stop", 1000, 1000],
      ["OPTIONS /v1/bots/{userId}/turns/{turn}/feedback", 1000, 1000],
      ["POST /{proxy+}", 1000, 1000],
      ["GET /{proxy+}", 1000, 1000],
    ]);
  });

  test("lets every page read what it answers itself: that is nobody's, and says when to come back", () => {
    const answers = Object.values(templates.api.findResources("AWS::ApiGateway::GatewayResponse"));
    expect(answers).toHaveLength(6);
    for (const { Properties } of answers) {
      expect(Properties.ResponseParameters).toMatchObject({
        "gatewayresponse.header.Access-Control-Allow-Origin": "'*'",
        "gatewayresponse.header.Access-Control-Expose-Headers": "'Retry-After, X-Request-ID'",
      });
    }
  });

  test("tells who was throttled when to come back", () => {
    templates.api.hasResourceProperties("AWS::ApiGateway::GatewayResponse", {
      ResponseType: "THROTTLED",
      ResponseParameters: { "gatewayresponse.header.Retry-After": "'1'" },
    });
  });
});

describe("the chat routes", () => {
  const routes = () => {
    const [api] = readAssembly(outdir).restApis;
    return (api?.routes ?? [])
      .filter(({ path }) => path.startsWith("/v1/"))
      .map(({ integration, ...route }) => {
        if (integration.kind !== "lambda") throw new Error("no function answers it");
        const { name } = functionCalled(integration.functionName);
        return { ...route, ...integration, name: `${route.method} ${route.path}`, functionName: name };
      });
  };
  const functionCalled = (name: string) => {
    const found = readAssembly(outdir).functions.find((each) => each.name === name);
    if (!found) throw new Error(`no function ${name}`);
    return { ...found, name: found.logicalId.replace(/[0-9A-F]{8}$/, "") };
  };
  const streamed = () => routes().filter(({ transfer }) => transfer === "STREAM");

  test("that stream are the answer and its resumption, through the path of Lambda's that streams", () => {
    expect(streamed().map(({ name, functionName }) => [name, functionName])).toEqual([
      ["POST /v1/bots/{userId}/chat", "ChatStream"],
      ["GET /v1/bots/{userId}/turns/{turn}/events", "ChatStream"],
    ]);
    const methods = Object.values(templates.api.findResources("AWS::ApiGateway::Method"));
    const uris = methods
      .filter(({ Properties }) => Properties.Integration.ResponseTransferMode === "STREAM")
      .map(({ Properties }) => JSON.stringify(Properties.Integration.Uri));
    expect(uris).toHaveLength(2);
    for (const uri of uris) expect(uri).toContain("/response-streaming-invocations");
  });

  test("that stream are waited for by the gateway for as long as their function may take, which is all that Lambda gives", () => {
    const functions = templates.api.findResources("AWS::Lambda::Function", {
      Properties: { Timeout: 900 },
    });
    expect(Object.keys(functions)).toEqual([expect.stringMatching(/^ChatStream/)]);
    expect(streamed().map(({ timeoutMs }) => timeoutMs)).toEqual([900_000, 900_000]);
  });

  test("that do not stream are answered within what the gateway waits for", () => {
    for (const { transfer, functionName, timeoutMs } of routes()) {
      if (transfer === "STREAM") continue;
      expect(functionName).toBe("ChatControl");
      expect(timeoutMs).toBe(29_000);
    }
    templates.api.hasResourceProperties("AWS::Lambda::Function", {
      Timeout: 28,
      Description: Match.stringLikeRegexp("What a client can do beside hearing an answer"),
    });
  });

  test("are each asked about by browsers first, which is answered without the function that streams", () => {
    const asked = (method: string) => routes().filter((each) => each.method === method);
    const paths = new Set(routes().map(({ path }) => path));
    expect(new Set(asked("OPTIONS").map(({ path }) => path))).toEqual(paths);
    expect(new Set(asked("OPTIONS").map(({ functionName }) => functionName))).toEqual(
      new Set(["ChatControl"]),
    );
  });

  const nameOf = (resource: unknown): string =>
    /Output[A-Za-z]*?GetAtt(Bots|Conversations|Turns|Guards)|Output[A-Za-z]*?Ref(Apps\w*?)[0-9A-F]{8}/
      .exec(JSON.stringify(resource))
      ?.slice(1)
      .find(Boolean) ?? JSON.stringify(resource);

  /** What a function may do, by what it may do it with. */
  const permissionsOf = (name: string): Record<string, string[]> => {
    const policies = Object.values(templates.api.findResources("AWS::IAM::Policy"));
    const policy = policies.find(({ Properties }) => JSON.stringify(Properties.Roles).includes(`"${name}`));
    const statements: { Action: string | string[]; Resource: unknown }[] =
      policy?.Properties.PolicyDocument.Statement ?? [];
    const allowed = statements.flatMap(({ Action, Resource }) =>
      [Resource].flat().map((resource) => [nameOf(resource), [Action].flat()] as const),
    );
    return Object.fromEntries(
      [...Map.groupBy(allowed, ([name]) => name)].map(([name, each]) => [
        name,
        [...new Set(each.flatMap(([, actions]) => actions))].sort(),
      ]),
    );
  };

  test("have a function that answers, which may do what a turn needs and no more", () => {
    expect(permissionsOf("ChatStream")).toEqual({
      Bots: ["dynamodb:BatchGetItem"],
      Conversations: ["dynamodb:UpdateItem"],
      Turns: ["dynamodb:GetItem", "dynamodb:UpdateItem"],
      Guards: ["dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"],
      Apps: ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"],
    });
  });

  test("have a function for the rest, which may begin nothing and read no answer", () => {
    expect(permissionsOf("ChatControl")).toEqual({
      Bots: ["dynamodb:BatchGetItem"],
      Conversations: ["dynamodb:GetItem", "dynamodb:UpdateItem"],
      Turns: ["dynamodb:GetItem", "dynamodb:UpdateItem"],
      Guards: ["dynamodb:GetItem"],
      Apps: ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"],
    });
  });

  test("know the origins and limits of the config", () => {
    templates.api.hasResourceProperties("AWS::Lambda::Function", {
      Environment: {
        Variables: Match.objectLike({
          CORS_ORIGINS: "https://www.example.com,http://localhost:5173",
          TURNS_PER_MINUTE: "30",
          TURNS_AT_ONCE: "3",
        }),
      },
    });
  });
});

describe("a config", () => {
  test.each([
    ["https://api.rong-api.com", true],
    ["https://api-b.sg-light-api.com", true],
    ["https://im.example.com", false],
    ["https://not-rong-api.com", false],
  ])("with %s behind the bridge passes through: %s", (rongcloudApiUrl, passThrough) => {
    expect(makeConfig({ rongcloudApiUrl }).passThrough).toBe(passThrough);
    expect(makeConfig({ rongcloudApiUrl, passThrough: !passThrough }).passThrough).toBe(!passThrough);
  });
});

describe("a wrong config", () => {
  test.each([
    [{ stage: "Not A Stage" }, /^config: stage: lower-case letters/],
    [{ botsPerApp: 0 }, /^config: botsPerApp: /],
    [{ userTokenHours: 721 }, /^config: userTokenHours: /],
    [{ turnsPerMinute: 0 }, /^config: turnsPerMinute: /],
    [{ turnsAtOnce: 1.5 }, /^config: turnsAtOnce: /],
    [{ corsOrigins: ["https://www.example.com/"] }, /^config: corsOrigins.0: must be an origin/],
    [{ corsOrigins: ["https://*.example.com"] }, /^config: corsOrigins.0: must be an origin/],
    [{ rongCloudUrl: "https://x" }, /^config: rongCloudUrl: /],
  ])("%o names its field before anything is synthesised", (given, message) => {
    expect(() => makeConfig(given)).toThrow(message);
  });
});
