import { beforeAll, describe, expect, test } from "@jest/globals";
import { Match } from "aws-cdk-lib/assertions";
import { type Synthesised, synthesise } from "../support/synthesised.ts";

let deployment: Synthesised;
let templates: Synthesised["templates"];

beforeAll(() => {
  deployment = synthesise({
    rongcloudApiUrl: "https://api.sg-light-api.com",
    userTokenHours: 12,
    turnsInFlight: 40,
    corsOrigins: ["https://www.example.com", "http://localhost:5173"],
  });
  templates = deployment.templates;
}, 60_000);

describe("the tables", () => {
  test.each(["conversation", "turn", "guard"])("of %ss expire items by TTL", (key) => {
    templates.data.hasResourceProperties("AWS::DynamoDB::GlobalTable", {
      KeySchema: [{ AttributeName: key, KeyType: "HASH" }],
      TimeToLiveSpecification: { AttributeName: "ttl", Enabled: true },
      BillingMode: "PAY_PER_REQUEST",
    });
  });

  // CloudFormation adds one index in an update of a stage. A heartbeat must not be written to it.
  test("of turns has one index, of stories alone, which a release never replaces", () => {
    const [indexes, ...others] = Object.values(
      templates.data.findResources("AWS::DynamoDB::GlobalTable"),
    ).flatMap(({ Properties }) => Properties.GlobalSecondaryIndexes ?? []);
    expect(others).toEqual([]);
    expect(indexes).toEqual({
      IndexName: "turnsOfApp",
      KeySchema: [
        { AttributeName: "storyOf", KeyType: "HASH" },
        { AttributeName: "storyAt", KeyType: "RANGE" },
      ],
      Projection: { ProjectionType: "INCLUDE", NonKeyAttributes: ["story", "storyEnd"] },
    });
  });
});

describe("the queues of turns and of webhooks", () => {
  const queues = () =>
    Object.entries(templates.messaging.findResources("AWS::SQS::Queue")).filter(
      ([, { Properties }]) => Properties.FifoQueue,
    );
  const jobQueues = () => queues().filter(([, { Properties }]) => Properties.RedrivePolicy !== undefined);

  test("are FIFO per conversation, and keep jobs that cannot be done", () => {
    expect(jobQueues()).toHaveLength(2);
    for (const [, { Properties }] of jobQueues()) {
      expect(Properties).toMatchObject({
        FifoQueue: true,
        FifoThroughputLimit: "perMessageGroupId",
        DeduplicationScope: "messageGroup",
        RedrivePolicy: { maxReceiveCount: 200 },
      });
    }
  });

  test("have dead-letter queues of their own, which keep jobs for two weeks", () => {
    const dead = queues().filter(([, { Properties }]) => Properties.RedrivePolicy === undefined);
    expect(dead.map(([, { Properties }]) => Properties.MessageRetentionPeriod)).toEqual([
      1_209_600, 1_209_600,
    ]);
    const targets = jobQueues().map(
      ([, { Properties }]) => Properties.RedrivePolicy.deadLetterTargetArn["Fn::GetAtt"][0],
    );
    expect(targets.sort()).toEqual(dead.map(([name]) => name).sort());
  });

  /** The mappings, with the timeout of the function and the visibility timeout of the queue, in seconds. */
  const mappings = () => {
    const { functions, eventSourceMappings, queues: all } = deployment.assembly;
    return eventSourceMappings.map((mapping) => {
      const queue = all.find(({ arn }) => arn === mapping.queueArn);
      const { timeoutSeconds } = functions.find(({ name }) => name === mapping.functionName) ?? {};
      return {
        ...mapping,
        isFifo: queue?.attributes.FifoQueue === "true",
        retentionSeconds: Number(queue?.attributes.MessageRetentionPeriod),
        visibilitySeconds: Number(queue?.attributes.VisibilityTimeout),
        timeoutSeconds: Number(timeoutSeconds),
      };
    });
  };

  test("deliver one at a time, to a function that ends before they deliver again, as Lambda requires", () => {
    expect(mappings()).toHaveLength(4);
    for (const { visibilitySeconds, timeoutSeconds, ...mapping } of mappings()) {
      expect(mapping).toMatchObject({ batchSize: 1, reportsBatchItemFailures: true });
      expect(timeoutSeconds).toBeLessThan(visibilitySeconds);
    }
  });

  test("deliver a job again within two minutes if its worker never began, and give Lambda six timeouts to retry", () => {
    const jobs = mappings().filter(({ isFifo }) => isFifo);
    expect(jobs).toHaveLength(2);
    for (const { visibilitySeconds, timeoutSeconds } of jobs) {
      expect(visibilitySeconds).toBeLessThanOrEqual(120);
      expect(visibilitySeconds).toBeGreaterThanOrEqual(6 * timeoutSeconds);
    }
  });

  test("start a turn at most once for each time that its job is delivered", () => {
    const turns = mappings().find(({ functionName }) => functionName.includes("TurnStarter"));
    const starts = mappings().filter(({ isFifo }) => !isFifo);
    expect(starts).toHaveLength(2);
    for (const { retentionSeconds, visibilitySeconds, functionName } of starts) {
      expect(functionName).toContain("TurnWorker");
      expect(retentionSeconds).toBe(turns?.visibilitySeconds);
      expect(visibilitySeconds).toBeGreaterThan(retentionSeconds);
    }
  });

  test("deliver nothing to the starter before the worker can take starts", () => {
    const found = templates.messaging.findResources("AWS::Lambda::EventSourceMapping");
    const idsOf = (name: string) => Object.keys(found).filter((id) => id.startsWith(name));
    expect(idsOf("TurnWorker")).toHaveLength(2);
    const [starter = ""] = idsOf("TurnStarter");
    expect(found[starter]?.DependsOn).toEqual(expect.arrayContaining(idsOf("TurnWorker")));
  });

  test("deliver no more at once than the config says", () => {
    const concurrencyOf = (worker: string) =>
      deployment.assembly.eventSourceMappings.find(({ functionName }) => functionName.includes(worker))
        ?.maximumConcurrency;
    expect(concurrencyOf("TurnWorker")).toBe(40);
    expect(concurrencyOf("WebhookWorker")).toBe(100);
  });
});

describe("the functions", () => {
  test("that issue tokens get the lifetime from the config", () => {
    templates.api.resourcePropertiesCountIs(
      "AWS::Lambda::Function",
      { Environment: { Variables: Match.objectLike({ USER_TOKEN_HOURS: "12" }) } },
      1,
    );
  });

  test("reject private callbacks, and deliver to the data centre in the config", () => {
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
  test("is regional, so that a stream may later be silent for five minutes", () => {
    templates.api.hasResourceProperties("AWS::ApiGateway::RestApi", {
      EndpointConfiguration: { Types: ["REGIONAL"] },
    });
  });

  test("answers every unknown path with a function of ours", () => {
    templates.api.hasResourceProperties("AWS::ApiGateway::Resource", { PathPart: "{proxy+}" });
    const methods = Object.values(templates.api.findResources("AWS::ApiGateway::Method"));
    expect(methods.filter(({ Properties }) => Properties.HttpMethod === "ANY")).toHaveLength(2);
  });

  test.each([
    ["THROTTLED", "429", 1008],
    ["REQUEST_TOO_LARGE", "413", 1005],
    ["INTEGRATION_TIMEOUT", "504", 1050],
    ["WAF_FILTERED", "403", 403],
    // With the status of the failure itself, such as 415 or 502.
    ["DEFAULT_5XX", undefined, 1000],
    ["DEFAULT_4XX", undefined, 1002],
    ["MISSING_AUTHENTICATION_TOKEN", "404", 404],
  ])("reports %s with our own codes, echoing nothing", (type, status, code) => {
    const found = templates.api.findResources("AWS::ApiGateway::GatewayResponse", {
      Properties: { ResponseType: type },
    });
    const [answer] = Object.values(found);
    expect(answer?.Properties.StatusCode).toBe(status);
    const body = answer?.Properties.ResponseTemplates["application/json"];
    expect(JSON.parse(body)).toEqual({ code, errorMessage: expect.any(String) });
    expect(body).not.toContain("$");
  });

  test("allows RongCloud's rates and bursts: 100 requests a path, 200 for tokens, 5 for tests and dead letters, and more for callbacks, chunks, passed-through calls and users' chats", () => {
    const [api] = deployment.assembly.restApis;
    const throttles = api?.stage.throttles.map(({ method, path, ratePerSecond, burst }) => [
      `${method} ${path}`,
      ratePerSecond,
      burst,
    ]);
    expect(throttles).toEqual([
      ["* /*", 100, 100],
      ["POST /v3/bot/integration/test.json", 5, 5],
      ["POST /v3/job/dead/query.json", 5, 5],
      ["POST /v3/job/dead/redrive.json", 5, 5],
      ["POST /v3/message/private/publish_stream.json", 1000, 1000],
      ["POST /v3/message/group/publish_stream.json", 1000, 1000],
      ["POST /callbacks/rongcloud/messages", 5000, 5000],
      ["POST /callbacks/rongcloud/bot-events", 5000, 5000],
      ["POST /user/getToken.json", 200, 200],
      ["POST /v1/bots/{userId}/chat", 1000, 1000],
      ["POST /v1/bots/{userId}/turns/{turn}/input", 1000, 1000],
      ["GET /v1/bots/{userId}/turns/{turn}/events", 1000, 1000],
      ["OPTIONS /v1/bots/{userId}/chat", 1000, 1000],
      ["OPTIONS /v1/bots/{userId}/turns/{turn}/input", 1000, 1000],
      ["OPTIONS /v1/bots/{userId}/turns/{turn}/events", 1000, 1000],
      ["OPTIONS /v1/bots/{userId}/turns/{turn}/stop", 1000, 1000],
      ["OPTIONS /v1/bots/{userId}/turns/{turn}/feedback", 1000, 1000],
      ["POST /{proxy+}", 1000, 1000],
      ["GET /{proxy+}", 1000, 1000],
    ]);
  });

  test("lets every page read its own replies: they contain no user data, and say when to retry", () => {
    const answers = Object.values(templates.api.findResources("AWS::ApiGateway::GatewayResponse"));
    expect(answers).toHaveLength(7);
    for (const { Properties } of answers) {
      expect(Properties.ResponseParameters).toMatchObject({
        "gatewayresponse.header.Access-Control-Allow-Origin": "'*'",
        "gatewayresponse.header.Access-Control-Expose-Headers": "'Retry-After, X-Request-ID'",
      });
    }
  });

  test("gives throttled callers the time to retry", () => {
    templates.api.hasResourceProperties("AWS::ApiGateway::GatewayResponse", {
      ResponseType: "THROTTLED",
      ResponseParameters: { "gatewayresponse.header.Retry-After": "'1'" },
    });
  });
});

describe("the chat routes", () => {
  const routes = () => {
    const [api] = deployment.assembly.restApis;
    return (api?.routes ?? [])
      .filter(({ path }) => path.startsWith("/v1/"))
      .map(({ integration, ...route }) => {
        const { name } = functionCalled(integration.functionName);
        return { ...route, ...integration, name: `${route.method} ${route.path}`, functionName: name };
      });
  };
  const functionCalled = (name: string) => {
    const found = deployment.assembly.functions.find((each) => each.name === name);
    if (!found) throw new Error(`no function ${name}`);
    return { ...found, name: found.logicalId.replace(/Function[0-9A-F]{8}$/, "") };
  };
  const streamed = () => routes().filter(({ transfer }) => transfer === "STREAM");

  test("that stream are the answer, its continuation and its resumption, integrated through Lambda's streaming path", () => {
    expect(streamed().map(({ name, functionName }) => [name, functionName])).toEqual([
      ["POST /v1/bots/{userId}/chat", "ChatStream"],
      ["POST /v1/bots/{userId}/turns/{turn}/input", "ChatStream"],
      ["GET /v1/bots/{userId}/turns/{turn}/events", "ChatStream"],
    ]);
    const methods = Object.values(templates.api.findResources("AWS::ApiGateway::Method"));
    const uris = methods
      .filter(({ Properties }) => Properties.Integration.ResponseTransferMode === "STREAM")
      .map(({ Properties }) => JSON.stringify(Properties.Integration.Uri));
    expect(uris).toHaveLength(streamed().length);
    for (const uri of uris) expect(uri).toContain("/response-streaming-invocations");
  });

  test("that stream have a gateway timeout as long as their function's, the longest that Lambda allows", () => {
    const functions = templates.api.findResources("AWS::Lambda::Function", {
      Properties: { Timeout: 900 },
    });
    expect(Object.keys(functions)).toEqual([expect.stringMatching(/^ChatStream/)]);
    for (const { timeoutMs } of streamed()) expect(timeoutMs).toBe(900_000);
  });

  test("that do not stream are answered within the gateway's timeout", () => {
    for (const { transfer, functionName, timeoutMs } of routes()) {
      if (transfer === "STREAM") continue;
      expect(functionName).toBe("ChatControl");
      expect(timeoutMs).toBe(29_000);
    }
    templates.api.hasResourceProperties("AWS::Lambda::Function", {
      Timeout: 28,
      Description: Match.stringLikeRegexp("Stops and rates answers"),
    });
  });

  test("each have a preflight, answered without invoking the streaming function", () => {
    const asked = (method: string) => routes().filter((each) => each.method === method);
    const paths = new Set(routes().map(({ path }) => path));
    expect(new Set(asked("OPTIONS").map(({ path }) => path))).toEqual(paths);
    expect(new Set(asked("OPTIONS").map(({ functionName }) => functionName))).toEqual(
      new Set(["ChatControl"]),
    );
  });

  test("get the origins and limits from the config", () => {
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
