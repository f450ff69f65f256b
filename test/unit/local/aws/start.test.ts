import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { GetQueueAttributesCommand, SQSClient } from "@aws-sdk/client-sqs";
import { afterEach, expect, test } from "@jest/globals";
import { localClient } from "../../../../local/aws/local-client.ts";
import { type LocalAws, type LocalAwsOptions, startLocalAws } from "../../../../local/aws/start.ts";
import { startHttpServer } from "../../../../local/http-server.ts";
import { closeAfterEach } from "../../../support/close-after.ts";
import { temporaryFolder } from "./temporary-folder.ts";
import { textLog, until } from "./text-log.ts";
import { writeAssembly } from "./write-assembly.ts";

let aws: LocalAws | undefined;
afterEach(async () => {
  await aws?.close();
  aws = undefined;
});

const lambda = (code: string, variables: object = {}) => ({
  Type: "AWS::Lambda::Function",
  Properties: { Code: { S3Key: `${code}.zip` }, Timeout: 900, Environment: { Variables: variables } },
});
const api = { Ref: "Api" };
const onRoot = { "Fn::GetAtt": ["Api", "RootResourceId"] };
const route = (path: string, target: string, kind: "invocations" | "response-streaming-invocations") => ({
  [`${target}Resource`]: {
    Type: "AWS::ApiGateway::Resource",
    Properties: { RestApiId: api, ParentId: onRoot, PathPart: path },
  },
  [`${target}Method`]: {
    Type: "AWS::ApiGateway::Method",
    Properties: {
      RestApiId: api,
      ResourceId: { Ref: `${target}Resource` },
      HttpMethod: "ANY",
      Integration: {
        Type: "AWS_PROXY",
        Uri: {
          "Fn::Join": [
            "",
            ["arn:aws:apigateway:x:lambda:path/y/functions/", { "Fn::GetAtt": [target, "Arn"] }, `/${kind}`],
          ],
        },
        ResponseTransferMode: kind === "invocations" ? "BUFFERED" : "STREAM",
      },
    },
  },
});

const stacks = {
  Queues: {
    Resources: {
      Jobs: {
        Type: "AWS::SQS::Queue",
        Properties: { FifoQueue: true, ContentBasedDeduplication: true, VisibilityTimeout: 1 },
      },
      Worker: lambda("worker"),
      Mapping: {
        Type: "AWS::Lambda::EventSourceMapping",
        Properties: {
          BatchSize: 1,
          EventSourceArn: { "Fn::GetAtt": ["Jobs", "Arn"] },
          FunctionName: { Ref: "Worker" },
        },
      },
    },
    Outputs: { Url: { Value: { Ref: "Jobs" }, Export: { Name: "Queues:Url" } } },
  },
  Api: {
    Resources: {
      Api: { Type: "AWS::ApiGateway::RestApi", Properties: {} },
      Stage: { Type: "AWS::ApiGateway::Stage", Properties: { RestApiId: api, StageName: "v1" } },
      Handler: lambda("handler", { QUEUE_URL: { "Fn::ImportValue": "Queues:Url" }, MODE: "deployed" }),
      Chat: lambda("chat"),
      ...route("{proxy+}", "Handler", "invocations"),
      ...route("chat", "Chat", "response-streaming-invocations"),
    },
  },
};

// Without the SDK, which a fixture in a temporary folder cannot import, this function speaks SQS's protocol
// itself.
const code = {
  handler: `export const handler = async ({ path, body }) => {
    if (path === "/environment") return { statusCode: 200, body: JSON.stringify(process.env) };
    const answer = await fetch(process.env.QUEUE_URL, {
      method: "POST",
      headers: { "content-type": "application/x-amz-json-1.0", "x-amz-target": "AmazonSQS.SendMessage" },
      body: JSON.stringify({ QueueUrl: process.env.QUEUE_URL, MessageBody: body, MessageGroupId: path.slice(1) }),
    });
    return { statusCode: answer.status, body: await answer.text() };
  };`,
  worker: `export const handler = async ({ Records }) => {
    for (const { body } of Records) console.log("worked on " + body);
  };`,
  chat: `export const handler = awslambda.streamifyResponse(async (event, stream) => {
    const body = awslambda.HttpResponseStream.from(stream, { statusCode: 200, headers: { "content-type": "text/event-stream" } });
    for (const piece of ["one", "two", "three"]) { body.write(piece); await fetch(event.headers["x-after-piece"]); }
    body.end();
  });`,
};

const start = async (options: Partial<LocalAwsOptions> = {}, changes: Partial<typeof code> = {}) => {
  const { log, lines } = textLog();
  const assemblyDir = writeAssembly(temporaryFolder(), { stacks, code: { ...code, ...changes } });
  aws = await startLocalAws({ assemblyDir, port: 0, secretValues: {}, log, ...options });
  return { aws, lines };
};

test("a request goes through its function and a queue to the worker", async () => {
  const { aws, lines } = await start();
  const response = await fetch(`${aws.url}/group`, { method: "POST", body: "你好 😀" });
  expect(response.status).toBe(200);
  await until(() => lines().includes("worked on 你好 😀"));
});

/** The chat function calls it after each piece, and writes the next when it is answered. */
const startGate = async () => {
  const waiting: ServerResponse[] = [];
  const { url } = closeAfterEach(
    await startHttpServer(0, async (_request, response) => void waiting.push(response)),
  );
  return { headers: { "x-after-piece": url }, open: () => waiting.shift()?.end() };
};

test("a streamed response arrives piece by piece", async () => {
  const { aws } = await start();
  const { headers, open } = await startGate();
  const response = await fetch(`${aws.url}/chat`, { headers });
  expect(response.headers.get("content-type")).toBe("text/event-stream");
  const pieces: string[] = [];
  for await (const piece of response.body ?? []) {
    pieces.push(Buffer.from(piece).toString());
    await until(() => open() !== undefined);
  }
  expect(pieces).toEqual(["one", "two", "three"]);
});

test("a function's environment combines the template's, Lambda's and the local services'", async () => {
  const { aws } = await start({
    environment: { MODE: "local", UNDECLARED: "x", AWS_REGION: "eu-west-1" },
  });
  const environment = await (await fetch(`${aws.url}/environment`)).json();
  expect(environment).toMatchObject({
    QUEUE_URL: `${aws.endpoints.sqs}/000000000000/Queues-Jobs.fifo`,
    MODE: "local",
    AWS_REGION: "eu-west-1",
    AWS_ENDPOINT_URL_DYNAMODB: aws.endpoints.dynamodb,
    AWS_ENDPOINT_URL_SQS: aws.endpoints.sqs,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: aws.endpoints.secrets,
    AWS_ACCESS_KEY_ID: "local",
    AWS_LAMBDA_FUNCTION_NAME: "Api-Handler",
  });
  expect(environment).not.toHaveProperty("UNDECLARED");
});

test("closing ends everything, and does not wait for running functions", async () => {
  const { aws } = await start({}, { worker: "export const handler = () => new Promise(() => {});" });
  await fetch(`${aws.url}/group`, { method: "POST", body: "never done" });
  const { headers } = await startGate();
  const chat = fetch(`${aws.url}/chat`, { headers }).then((response) => response.text());
  chat.catch(() => {});
  await aws.close();
  for (const url of [aws.url, ...Object.values(aws.endpoints)]) await expect(fetch(url)).rejects.toThrow();
});

test("a part that does not start stops those that did", async () => {
  const other = closeAfterEach(createServer());
  await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
  const { port } = other.address() as AddressInfo;
  await expect(start({ port })).rejects.toMatchObject({ code: "EADDRINUSE" });
  await expect(start({}, { worker: "throw new Error('MODE is wrong')" })).rejects.toThrow(
    "Queues-Worker failed to start: MODE is wrong",
  );
});

test("external queues and tables are used as they are", async () => {
  const { aws: first } = await start();
  const { aws: second } = await start({ sqsEndpoint: first.endpoints.sqs });
  expect(second.endpoints.sqs).toBe(first.endpoints.sqs);
  await second.close();
  const client = new SQSClient(localClient(first.endpoints.sqs));
  const QueueUrl = `${first.endpoints.sqs}/000000000000/Queues-Jobs.fifo`;
  await expect(client.send(new GetQueueAttributesCommand({ QueueUrl }))).resolves.toBeDefined();
  client.destroy();
  await first.close();
});
