import { expect, test } from "@jest/globals";
import { functionNameOf } from "../../../../local/aws/template/account.ts";
import { readAssembly } from "../../../../local/aws/template/read-assembly.ts";
import { temporaryFolder } from "./temporary-folder.ts";
import { writeAssembly } from "./write-assembly.ts";

const worker = {
  Type: "AWS::Lambda::Function",
  Properties: { Code: { S3Bucket: "assets", S3Key: "worker.zip" } },
};
const version = { Type: "AWS::Lambda::Version", Properties: { FunctionName: { Ref: "Worker" } } };
const alias = {
  Type: "AWS::Lambda::Alias",
  Properties: {
    Name: "live",
    FunctionName: { Ref: "Worker" },
    FunctionVersion: { "Fn::GetAtt": ["Version", "Version"] },
  },
};
const root = { "Fn::GetAtt": ["Api", "RootResourceId"] };

const assemblyCalling = (called: unknown, source: unknown) =>
  readAssembly(
    writeAssembly(temporaryFolder(), {
      stacks: {
        App: {
          Resources: {
            Worker: worker,
            Version: version,
            Live: alias,
            Jobs: { Type: "AWS::SQS::Queue", Properties: {} },
            Mapping: {
              Type: "AWS::Lambda::EventSourceMapping",
              Properties: { EventSourceArn: { "Fn::GetAtt": ["Jobs", "Arn"] }, FunctionName: source },
            },
            Api: { Type: "AWS::ApiGateway::RestApi", Properties: {} },
            Stage: {
              Type: "AWS::ApiGateway::Stage",
              Properties: { RestApiId: { Ref: "Api" }, StageName: "v1" },
            },
            Root: {
              Type: "AWS::ApiGateway::Method",
              Properties: {
                RestApiId: { Ref: "Api" },
                ResourceId: root,
                HttpMethod: "ANY",
                Integration: {
                  Type: "AWS_PROXY",
                  Uri: {
                    "Fn::Join": [
                      "",
                      [
                        "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/",
                        called,
                        "/invocations",
                      ],
                    ],
                  },
                },
              },
            },
          },
        },
      },
      code: {},
    }),
  );

/** As CDK writes it: the function's name from the alias's ARN, and the alias. */
const nameByAlias = {
  "Fn::Join": ["", [{ "Fn::Select": [6, { "Fn::Split": [":", { Ref: "Live" }] }] }, ":live"]],
};

test.each([
  ["an alias", { Ref: "Live" }, nameByAlias],
  ["a version", { Ref: "Version" }, { Ref: "Live" }],
  ["a function", { "Fn::GetAtt": ["Worker", "Arn"] }, { Ref: "Worker" }],
])(
  "a call to %s calls its function, which has one version on a developer's machine",
  (_what, called, source) => {
    const { restApis, eventSourceMappings } = assemblyCalling(called, source);
    expect(restApis[0]?.routes[0]?.integration).toMatchObject({ functionName: "App-Worker" });
    expect(eventSourceMappings).toMatchObject([{ functionName: "App-Worker" }]);
  },
);

test("an alias of a function in another stack is resolved there", () => {
  const { eventSourceMappings } = readAssembly(
    writeAssembly(temporaryFolder(), {
      stacks: {
        Made: {
          Resources: { Worker: worker },
          Outputs: {
            Arn: { Value: { "Fn::GetAtt": ["Worker", "Arn"] }, Export: { Name: "Made:Worker" } },
          },
        },
        App: {
          Resources: {
            Live: {
              ...alias,
              Properties: { Name: "live", FunctionName: { "Fn::ImportValue": "Made:Worker" } },
            },
            Jobs: { Type: "AWS::SQS::Queue", Properties: {} },
            Mapping: {
              Type: "AWS::Lambda::EventSourceMapping",
              Properties: {
                EventSourceArn: { "Fn::GetAtt": ["Jobs", "Arn"] },
                FunctionName: { Ref: "Live" },
              },
            },
          },
        },
      },
      code: {},
    }),
  );
  expect(eventSourceMappings).toMatchObject([{ functionName: "Made-Worker" }]);
});

test.each([
  ["App-Worker", "App-Worker"],
  ["App-Worker:live", "App-Worker"],
  ["arn:aws:lambda:us-east-1:000000000000:function:App-Worker", "App-Worker"],
  ["arn:aws:lambda:us-east-1:000000000000:function:App-Worker:live", "App-Worker"],
])("%s names the function %s", (reference, name) => {
  expect(functionNameOf(reference)).toBe(name);
});
