import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { readAssembly } from "../../../../local/aws/template/read-assembly.ts";
import { temporaryFolder } from "./temporary-folder.ts";
import { writeAssembly } from "./write-assembly.ts";

const functionWith = (variables: object) => ({
  Type: "AWS::Lambda::Function",
  Properties: {
    Code: { S3Bucket: "assets", S3Key: "worker.zip" },
    Handler: "index.handler",
    Timeout: 15,
    MemorySize: 256,
    Environment: { Variables: variables },
  },
});

const read = (stacks: Record<string, object>, code: Record<string, string> = {}) =>
  readAssembly(writeAssembly(temporaryFolder(), { stacks, code }));

const environmentOf = (variables: object) => {
  const { functions } = read({ App: { Resources: { Worker: functionWith(variables) } } });
  return functions[0]?.environment;
};

const data = {
  Resources: {
    Bots: {
      Type: "AWS::DynamoDB::GlobalTable",
      Properties: {
        KeySchema: [{ AttributeName: "pk", KeyType: "HASH" }],
        AttributeDefinitions: [{ AttributeName: "pk", AttributeType: "S" }],
        Replicas: [{ Region: { Ref: "AWS::Region" } }],
      },
    },
    App: { Type: "AWS::SecretsManager::Secret", Properties: { GenerateSecretString: {} } },
  },
  Outputs: {
    BotsName: { Value: { Ref: "Bots" }, Export: { Name: "Data:BotsName" } },
    BotsArn: { Value: { "Fn::GetAtt": ["Bots", "Arn"] }, Export: { Name: "Data:BotsArn" } },
    AppArn: { Value: { Ref: "App" }, Export: { Name: "Data:AppArn" } },
  },
};

describe("intrinsics", () => {
  test("one stack's function sees another's table and secret by their exports", () => {
    const secretPart = (index: number) => ({
      "Fn::Select": [
        index,
        {
          "Fn::Split": [
            "-",
            { "Fn::Select": [6, { "Fn::Split": [":", { "Fn::ImportValue": "Data:AppArn" }] }] },
          ],
        },
      ],
    });
    const { functions, tables, secrets } = read({
      Data: data,
      App: {
        Resources: {
          Worker: functionWith({
            TABLE: { "Fn::ImportValue": "Data:BotsName" },
            INDEXES: { "Fn::Join": ["", [{ "Fn::ImportValue": "Data:BotsArn" }, "/index/*"]] },
            SECRET: { "Fn::ImportValue": "Data:AppArn" },
            // This is how CDK gets the name of an unnamed secret from its ARN.
            SECRET_NAME: { "Fn::Join": ["-", [secretPart(0), secretPart(1)]] },
          }),
        },
      },
    });
    expect(tables).toEqual([expect.objectContaining({ name: "Data-Bots" })]);
    expect(functions[0]?.environment).toEqual({
      TABLE: "Data-Bots",
      INDEXES: "arn:aws:dynamodb:us-east-1:000000000000:table/Data-Bots/index/*",
      SECRET: secrets[0]?.arn,
      SECRET_NAME: secrets[0]?.name,
    });
  });

  test("pseudo parameters resolve, in Fn::Sub too", () => {
    const pseudoParameters = ["Partition", "Region", "AccountId", "URLSuffix"].map((name) => `AWS::${name}`);
    const environment = environmentOf({
      JOINED: { "Fn::Join": [" ", pseudoParameters.map((Ref) => ({ Ref }))] },
      SUBSTITUTED: { "Fn::Sub": pseudoParameters.map((name) => `\${${name}}`).join(" ") },
    });
    const values = "aws us-east-1 000000000000 amazonaws.com";
    expect(environment).toEqual({ JOINED: values, SUBSTITUTED: values });
  });

  test.each([
    [{ "Fn::Cidr": ["10.0.0.0/8", 1] }, "App/Worker: cannot resolve Fn::Cidr"],
    [{ "Fn::If": ["Here", "yes", "no"] }, "App/Worker: cannot resolve Fn::If"],
    [{ Ref: "AWS::NoValue" }, "App/Worker: cannot resolve Ref AWS::NoValue"],
    [{ Ref: "Nobody" }, "App/Worker: cannot resolve Ref Nobody"],
    [{ "Fn::GetAtt": ["Worker", "SnapStart"] }, "App/Worker: cannot resolve Fn::GetAtt Worker.SnapStart"],
    [{ "Fn::ImportValue": "Data:None" }, "App/Worker: cannot resolve Fn::ImportValue Data:None"],
  ])("what cannot be resolved fails by name: %j", (value, message) => {
    expect(() => environmentOf({ VALUE: value })).toThrow(message);
  });

  test("an unknown intrinsic does no harm if nothing local reads it", () => {
    const key = { Type: "AWS::KMS::Key", Properties: { Any: { "Fn::Cidr": [] } } };
    expect(() => read({ App: { Resources: { Key: key } } })).not.toThrow();
  });
});

test("a function's code is found by its S3 key, its limits and handler as given", () => {
  const folder = writeAssembly(temporaryFolder(), {
    stacks: { App: { Resources: { Worker: functionWith({}) } } },
    code: { worker: "" },
  });
  expect(readAssembly(folder).functions).toEqual([
    expect.objectContaining({
      name: "App-Worker",
      logicalId: "Worker",
      handler: "index.handler",
      codeFolder: join(folder, "asset.worker"),
      timeoutSeconds: 15,
      memoryMb: 256,
    }),
  ]);
});

test("queues have their attributes, their dead-letter queue and the mapping that reads them", () => {
  const { queues, eventSourceMappings } = read({
    App: {
      Resources: {
        Worker: functionWith({ QUEUE: { Ref: "Jobs" } }),
        Dead: { Type: "AWS::SQS::Queue", Properties: { FifoQueue: true } },
        Jobs: {
          Type: "AWS::SQS::Queue",
          Properties: {
            FifoQueue: true,
            VisibilityTimeout: 30,
            RedrivePolicy: { deadLetterTargetArn: { "Fn::GetAtt": ["Dead", "Arn"] }, maxReceiveCount: 3 },
          },
        },
        Mapping: {
          Type: "AWS::Lambda::EventSourceMapping",
          Properties: {
            BatchSize: 1,
            EventSourceArn: { "Fn::GetAtt": ["Jobs", "Arn"] },
            FunctionName: { Ref: "Worker" },
            FunctionResponseTypes: ["ReportBatchItemFailures"],
            ScalingConfig: { MaximumConcurrency: 5 },
          },
        },
      },
    },
  });
  const arn = (name: string) => `arn:aws:sqs:us-east-1:000000000000:${name}`;
  expect(queues).toEqual([
    expect.objectContaining({ name: "App-Dead.fifo", redrive: undefined }),
    expect.objectContaining({
      name: "App-Jobs.fifo",
      attributes: { FifoQueue: "true", VisibilityTimeout: "30" },
      redrive: { deadLetterArn: arn("App-Dead.fifo"), maxReceiveCount: 3 },
    }),
  ]);
  expect(eventSourceMappings).toEqual([
    {
      functionName: "App-Worker",
      queueArn: arn("App-Jobs.fifo"),
      batchSize: 1,
      maximumConcurrency: 5,
      reportsBatchItemFailures: true,
    },
  ]);
});

test("a REST API has its routes, gateway responses and throttles", () => {
  const api = { Ref: "Api" };
  const uri = (version: string, kind: string) => ({
    "Fn::Join": [
      "",
      [
        "arn:",
        { Ref: "AWS::Partition" },
        `:apigateway:us-east-1:lambda:path/${version}/functions/`,
        { "Fn::GetAtt": ["Worker", "Arn"] },
        `/${kind}`,
      ],
    ],
  });
  const resource = (parent: object, part: string) => ({
    Type: "AWS::ApiGateway::Resource",
    Properties: { RestApiId: api, ParentId: parent, PathPart: part },
  });
  const method = (on: object, httpMethod: string, integration: object) => ({
    Type: "AWS::ApiGateway::Method",
    Properties: { RestApiId: api, ResourceId: on, HttpMethod: httpMethod, Integration: integration },
  });
  const root = { "Fn::GetAtt": ["Api", "RootResourceId"] };
  const { restApis } = read({
    App: {
      Resources: {
        Worker: functionWith({}),
        Api: { Type: "AWS::ApiGateway::RestApi", Properties: { BinaryMediaTypes: ["image/png"] } },
        Stage: {
          Type: "AWS::ApiGateway::Stage",
          Properties: {
            RestApiId: api,
            StageName: "v1",
            MethodSettings: [
              { HttpMethod: "*", ResourcePath: "/*", ThrottlingRateLimit: 100, ThrottlingBurstLimit: 200 },
              { HttpMethod: "POST", ResourcePath: "/~1bots~1{id}", ThrottlingRateLimit: 5 },
              { HttpMethod: "GET", ResourcePath: "/~1bots", LoggingLevel: "INFO" },
              { HttpMethod: "GET", ResourcePath: "/", ThrottlingBurstLimit: 7 },
              { HttpMethod: "PUT", ResourcePath: "/~1{proxy+}", ThrottlingRateLimit: 0.5 },
            ],
          },
        },
        Bots: resource(root, "bots"),
        Bot: resource({ Ref: "Bots" }, "{id}"),
        Root: method(root, "ANY", { Type: "AWS_PROXY", Uri: uri("2015-03-31", "invocations") }),
        Chat: method({ Ref: "Bot" }, "POST", {
          Type: "AWS_PROXY",
          Uri: uri("2021-11-15", "response-streaming-invocations"),
          ResponseTransferMode: "STREAM",
          TimeoutInMillis: 300_000,
        }),
        TooLarge: {
          Type: "AWS::ApiGateway::GatewayResponse",
          Properties: {
            RestApiId: api,
            ResponseType: "REQUEST_TOO_LARGE",
            StatusCode: "413",
            ResponseParameters: { "gatewayresponse.header.Retry-After": "'1'" },
            ResponseTemplates: { "application/json": "{}" },
          },
        },
      },
    },
  });
  const lambda = { functionName: "App-Worker" };
  expect(restApis).toEqual([
    {
      id: "App-Api",
      binaryMediaTypes: ["image/png"],
      routes: [
        { path: "/", method: "ANY", integration: { ...lambda, timeoutMs: 29_000, transfer: "BUFFERED" } },
        {
          path: "/bots/{id}",
          method: "POST",
          integration: { ...lambda, timeoutMs: 300_000, transfer: "STREAM" },
        },
      ],
      gatewayResponses: new Map([
        [
          "REQUEST_TOO_LARGE",
          { statusCode: 413, headers: { "Retry-After": "'1'" }, templates: { "application/json": "{}" } },
        ],
      ]),
      stage: {
        name: "v1",
        throttles: [
          { path: "/*", method: "*", ratePerSecond: 100, burst: 200 },
          { path: "/bots/{id}", method: "POST", ratePerSecond: 5, burst: undefined },
          { path: "/", method: "GET", ratePerSecond: undefined, burst: 7 },
          { path: "/{proxy+}", method: "PUT", ratePerSecond: 0.5, burst: undefined },
        ],
      },
    },
  ]);
});
