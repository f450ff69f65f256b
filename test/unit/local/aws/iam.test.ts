import { DynamoDBClient, GetItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { ReceiveMessageCommand, SendMessageBatchCommand, SQSClient } from "@aws-sdk/client-sqs";
import { beforeAll, describe, expect, test } from "@jest/globals";
import { startDynamoDb } from "../../../../local/aws/dynamodb.ts";
import { makeDenies } from "../../../../local/aws/iam/access.ts";
import { permissionsForDynamoDb } from "../../../../local/aws/iam/dynamodb-permissions.ts";
import { localClient } from "../../../../local/aws/local-client.ts";
import { startSecrets } from "../../../../local/aws/secrets.ts";
import { startSqs } from "../../../../local/aws/sqs.ts";
import { arnOf } from "../../../../local/aws/template/account.ts";
import { secretArn } from "../../../../local/aws/template/physical.ts";
import { closeAfterAll } from "../../../support/close-after.ts";
import { tableKeys } from "../../../support/dynamodb.ts";

const tableArn = (name: string): string => arnOf("dynamodb", `table/${name}`);

const denies = makeDenies(
  new Map([
    [
      "worker",
      [
        { action: "dynamodb:PutItem", resource: tableArn("turns") },
        { action: "sqs:SendMessage", resource: arnOf("sqs", "jobs") },
        { action: "secretsmanager:GetSecretValue", resource: secretArn("apps") },
      ],
    ],
  ]),
);

let dynamodb: string;
let sqs: string;
let secrets: string;
let queueUrl: string;
beforeAll(async () => {
  const stored = { endpoint: undefined, dataDir: undefined, denies };
  const tables = [
    { name: "turns", ...tableKeys.turns },
    { name: "bots", ...tableKeys.turns },
  ];
  const jobs = { name: "jobs", arn: "", urlOnAws: "", attributes: {}, redrive: undefined };
  dynamodb = closeAfterAll(await startDynamoDb({ tables, ...stored })).endpoint;
  const queues = closeAfterAll(await startSqs({ queues: [jobs], ...stored }));
  sqs = queues.endpoint;
  queueUrl = queues.queueUrls.get("jobs") ?? "";
  const values = { apps: "a", others: "o" };
  secrets = closeAfterAll(await startSecrets({ secrets: [], values, denies })).url;
}, 30_000);

/** The configuration of a function's client; without a name, of a command's. */
const configOf = (endpoint: string, name: string | undefined) => {
  const { credentials, ...config } = localClient(endpoint);
  return { ...config, credentials: { ...credentials, ...(name !== undefined && { sessionToken: name }) } };
};

const Item = { turn: { S: "t1" } };
const put = (caller: string | undefined, TableName: string) =>
  new DynamoDBClient(configOf(dynamodb, caller)).send(new PutItemCommand({ TableName, Item }));

describe("a function", () => {
  test("may do in DynamoDB what its role allows, and nothing else", async () => {
    await put("worker", "turns");
    const get = new GetItemCommand({ TableName: "turns", Key: Item });
    const got = new DynamoDBClient(configOf(dynamodb, "worker")).send(get);
    await expect(got).rejects.toMatchObject({
      name: "AccessDeniedException",
      message: `worker is not authorized to perform: dynamodb:GetItem on resource: ${tableArn("turns")}`,
    });
    await expect(put("worker", "bots")).rejects.toMatchObject({ name: "AccessDeniedException" });
  });

  test("may send a batch with the permission to send", async () => {
    const Entries = [{ Id: "1", MessageBody: "hello" }];
    const client = new SQSClient(configOf(sqs, "worker"));
    const sent = await client.send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries }));
    expect(sent.Successful).toHaveLength(1);
    await expect(client.send(new ReceiveMessageCommand({ QueueUrl: queueUrl }))).rejects.toMatchObject({
      name: "AccessDenied",
      message: expect.stringContaining("sqs:ReceiveMessage"),
    });
  });

  test("may read its secret, and no other", async () => {
    const client = new SecretsManagerClient(configOf(secrets, "worker"));
    const read = (SecretId: string) => client.send(new GetSecretValueCommand({ SecretId }));
    expect(await read("apps")).toMatchObject({ SecretString: "a" });
    await expect(read("others")).rejects.toMatchObject({ name: "AccessDeniedException" });
  });

  test("whose role allows nothing may do nothing", async () => {
    await expect(put("another", "turns")).rejects.toMatchObject({ name: "AccessDeniedException" });
  });
});

test("a command, which is no function, may do everything", async () => {
  await expect(put(undefined, "bots")).resolves.toBeDefined();
});

describe("the permissions that DynamoDB checks", () => {
  const needed = (operation: string, request: object): string[] =>
    permissionsForDynamoDb(`DynamoDB_20120810.${operation}`, JSON.stringify(request)).map(
      ({ action, resource }) => `${action} ${resource.split("/")[1]}`,
    );

  test("of a batch are those of each of its tables", () => {
    const RequestItems = { bots: {}, guards: {} };
    expect(needed("BatchGetItem", { RequestItems })).toEqual([
      "dynamodb:BatchGetItem bots",
      "dynamodb:BatchGetItem guards",
    ]);
  });

  test("of a transaction are those of its parts", () => {
    const TransactItems = [{ Update: { TableName: "turns" } }, { ConditionCheck: { TableName: "guards" } }];
    expect(needed("TransactWriteItems", { TransactItems })).toEqual([
      "dynamodb:UpdateItem turns",
      "dynamodb:ConditionCheckItem guards",
    ]);
  });
});
