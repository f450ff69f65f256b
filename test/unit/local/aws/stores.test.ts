import { connect } from "node:net";
import {
  DynamoDBClient,
  GetItemCommand,
  ListTablesCommand,
  PutItemCommand,
  ScanCommand,
} from "@aws-sdk/client-dynamodb";
import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import {
  ChangeMessageVisibilityBatchCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { afterEach, describe, expect, test } from "@jest/globals";
import { startDynamoDb } from "../../../../local/aws/dynamodb.ts";
import { localClient } from "../../../../local/aws/local-client.ts";
import { startSecrets } from "../../../../local/aws/secrets.ts";
import { startSqs } from "../../../../local/aws/sqs.ts";
import type { Queue } from "../../../../local/aws/template/queues.ts";
import type { Secret } from "../../../../local/aws/template/secrets.ts";
import type { Table } from "../../../../local/aws/template/tables.ts";
import { readBody, startHttpServer } from "../../../../local/http-server.ts";
import { closeAfterEach } from "../../../support/close-after.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const started: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const stop of started.splice(0).reverse()) await stop();
});

const bots: Table = {
  name: "Bots",
  keySchema: [{ AttributeName: "pk", KeyType: "HASH" }],
  attributeDefinitions: [{ AttributeName: "pk", AttributeType: "S" }],
};

const dynamoDb = async (dataDir?: string, endpoint?: string) => {
  const server = await startDynamoDb({ tables: [bots], endpoint, dataDir });
  const client = new DynamoDBClient(localClient(server.endpoint));
  started.push(server.close, () => client.destroy());
  return { server, client };
};

describe("DynamoDB", () => {
  const item = { pk: { S: "b1" }, owner: { S: "app" } };

  test("has the template's tables", async () => {
    const { client } = await dynamoDb();
    await client.send(new PutItemCommand({ TableName: "Bots", Item: item }));
    expect((await client.send(new ScanCommand({ TableName: "Bots" }))).Items).toEqual([item]);
  });

  test("stores them in a data folder across a restart", async () => {
    const folder = temporaryFolder();
    const first = await dynamoDb(folder);
    await first.client.send(new PutItemCommand({ TableName: "Bots", Item: item }));
    await first.server.close();
    const { client } = await dynamoDb(folder);
    const { Item } = await client.send(new GetItemCommand({ TableName: "Bots", Key: { pk: item.pk } }));
    expect(Item).toEqual(item);
  });

  test("creates them at a given endpoint, and leaves that running", async () => {
    const { server, client } = await dynamoDb();
    const given = await dynamoDb(undefined, server.endpoint);
    await given.server.close();
    expect((await client.send(new ListTablesCommand({}))).TableNames).toEqual(["Bots"]);
  });

  test("survives a request that breaks off", async () => {
    const { server, client } = await dynamoDb();
    const socket = connect(Number(new URL(server.endpoint).port), "127.0.0.1");
    socket.write("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{");
    await new Promise((resolve) => setTimeout(resolve, 30));
    socket.destroy();
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect((await client.send(new ListTablesCommand({}))).TableNames).toEqual(["Bots"]);
  });
});

const jobs: Queue = {
  name: "jobs.fifo",
  arn: "arn:aws:sqs:us-east-1:000000000000:jobs.fifo",
  urlOnAws: "",
  attributes: { FifoQueue: "true", VisibilityTimeout: "30", DeduplicationScope: "messageGroup" },
  redrive: undefined,
};

const sqs = async (dataDir?: string) => {
  const server = await startSqs({ queues: [jobs], endpoint: undefined, dataDir });
  const client = new SQSClient(localClient(server.endpoint));
  started.push(server.close, () => client.destroy());
  const QueueUrl = server.queueUrls.get("jobs.fifo");
  const send = (group: string, deduplication: string, body = "body") =>
    client.send(
      new SendMessageCommand({
        QueueUrl,
        MessageBody: body,
        MessageGroupId: group,
        MessageDeduplicationId: deduplication,
      }),
    );
  return { server, client, QueueUrl, send };
};

describe("SQS", () => {
  test("at another server has dead letters of that server's account and region", async () => {
    const attributesSet: unknown[] = [];
    const other = closeAfterEach(
      await startHttpServer(0, async (request, response) => {
        const body = JSON.parse((await readBody(request)).toString());
        const name = body.QueueName ?? String(body.QueueUrl).split("/").at(-1);
        const replies: Record<string, object> = {
          "AmazonSQS.CreateQueue": { QueueUrl: `http://other.example/999999999999/${name}` },
          "AmazonSQS.GetQueueAttributes": {
            Attributes: { QueueArn: `arn:aws:sqs:eu-west-1:999999999999:${name}` },
          },
        };
        const action = String(request.headers["x-amz-target"]);
        if (action === "AmazonSQS.SetQueueAttributes")
          attributesSet.push([name, body.Attributes.RedrivePolicy]);
        response
          .writeHead(200, { "content-type": "application/x-amz-json-1.0" })
          .end(JSON.stringify(replies[action] ?? {}));
      }),
    );
    const dead: Queue = { ...jobs, name: "dead.fifo", arn: "arn:aws:sqs:us-east-1:000000000000:dead.fifo" };
    const redrive = { deadLetterArn: dead.arn, maxReceiveCount: 3 };
    await startSqs({ queues: [{ ...jobs, redrive }, dead], endpoint: other.url, dataDir: undefined });
    expect(attributesSet).toContainEqual([
      "jobs.fifo",
      JSON.stringify({
        deadLetterTargetArn: "arn:aws:sqs:eu-west-1:999999999999:dead.fifo",
        maxReceiveCount: 3,
      }),
    ]);
  });

  const longest = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~".padEnd(128, "a");

  test.each([
    ["an empty one", ""],
    ["one of 129 characters", `${longest}a`],
    ["one with a space", "a b"],
    ["one beyond ASCII", "用户"],
  ])("rejects %s as message group and deduplication id", async (_name, id) => {
    const { send } = await sqs();
    const refused = { name: "InvalidParameterValue", $metadata: { httpStatusCode: 400 } };
    await expect(send(id, "d")).rejects.toMatchObject(refused);
    await expect(send("g", id)).rejects.toMatchObject(refused);
  });

  test("accepts every character that AWS accepts, in 128 of them, and any string as a body", async () => {
    const { send, client, QueueUrl } = await sqs();
    await send(longest, longest, "你好 😀");
    const { Messages } = await client.send(new ReceiveMessageCommand({ QueueUrl }));
    expect(Messages?.map(({ Body }) => Body)).toEqual(["你好 😀"]);
    await expect(send("g", "d", "\u0001")).rejects.toMatchObject({
      name: expect.stringContaining("InvalidMessageContents"),
    });
  });

  test("rejects only the bad entries of a batch", async () => {
    const { client, QueueUrl } = await sqs();
    const entry = (Id: string, group: string) => ({
      Id,
      MessageBody: Id,
      MessageGroupId: group,
      MessageDeduplicationId: Id,
    });
    const send = (...Entries: ReturnType<typeof entry>[]) =>
      client.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
    const mixed = await send(entry("good", "g"), entry("bad", "a b"));
    expect(mixed.Successful?.map(({ Id }) => Id)).toEqual(["good"]);
    expect(mixed.Failed).toEqual([
      expect.objectContaining({ Id: "bad", SenderFault: true, Code: "InvalidParameterValue" }),
    ]);
    const bad = await send(entry("worse", "用户"));
    expect([bad.Successful, bad.Failed?.length]).toEqual([[], 1]);
  });

  test.each([
    ["in memory", () => undefined],
    ["in a data folder", temporaryFolder],
  ])("delivers a message again at once after its release, with its data %s", async (_name, folder) => {
    const { send, client, QueueUrl } = await sqs(folder());
    await send("g", "d", "let go");
    const receive = () => client.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 5 }));
    const [message] = (await receive()).Messages ?? [];
    const { Failed = [] } = await client.send(
      new ChangeMessageVisibilityBatchCommand({
        QueueUrl,
        Entries: [{ Id: "0", ReceiptHandle: message?.ReceiptHandle, VisibilityTimeout: 0 }],
      }),
    );
    expect(Failed).toEqual([]);
    expect((await receive()).Messages?.map(({ Body }) => Body)).toEqual(["let go"]);
  });

  test("stores its messages in a data folder across a restart", async () => {
    const folder = temporaryFolder();
    const first = await sqs(folder);
    await first.send("g", "d", "kept");
    await first.server.close();
    const { client, QueueUrl } = await sqs(folder);
    const { Messages } = await client.send(new ReceiveMessageCommand({ QueueUrl }));
    expect(Messages?.map(({ Body }) => Body)).toEqual(["kept"]);
  });
});

describe("Secrets Manager", () => {
  const secret = (name: string): Secret => ({
    name,
    arn: `arn:aws:secretsmanager:us-east-1:000000000000:secret:${name}-000000`,
  });

  async function secrets() {
    const server = await startSecrets({
      secrets: [secret("app"), secret("made")],
      values: { app: "a value", other: "another" },
    });
    const client = new SecretsManagerClient({ ...localClient(server.url), maxAttempts: 1 });
    started.push(server.close, () => client.destroy());
    return (SecretId: string, VersionStage?: string) =>
      client.send(new GetSecretValueCommand({ SecretId, VersionStage }));
  }

  test("returns the caller's values by name and by ARN, and otherwise what CloudFormation would generate", async () => {
    const get = await secrets();
    const arn = "arn:aws:secretsmanager:us-east-1:000000000000:secret:app";
    for (const id of ["app", arn, `${arn}-000000`]) {
      expect(await get(id)).toMatchObject({ Name: "app", ARN: `${arn}-000000`, SecretString: "a value" });
    }
    expect((await get("other")).SecretString).toBe("another");
    expect((await get("made")).SecretString).toMatch(/^.{32}$/);
  });

  test("has no other secret and no other version", async () => {
    const get = await secrets();
    await expect(get("nobody")).rejects.toMatchObject({ name: "ResourceNotFoundException" });
    await expect(get("app", "AWSPREVIOUS")).rejects.toMatchObject({ name: "ResourceNotFoundException" });
  });
});
