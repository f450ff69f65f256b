import { randomBytes } from "node:crypto";
import { DeleteTableCommand } from "@aws-sdk/client-dynamodb";
import { type DynamoDBDocumentClient, ScanCommand } from "@aws-sdk/lib-dynamodb";
import { makeDocumentClient } from "#adapters/dynamodb/document-client.ts";
import { startDynamoDb } from "../../local/aws/dynamodb.ts";
import type { Table } from "../../local/aws/template/tables.ts";

type KeySchema = Pick<Table, "keySchema" | "attributeDefinitions">;

const keyedBy = (partitionKey: string, sortKey?: string): KeySchema => {
  const keys = sortKey === undefined ? [partitionKey] : [partitionKey, sortKey];
  return {
    keySchema: keys.map((AttributeName, index) => ({
      AttributeName,
      KeyType: index === 0 ? "HASH" : "RANGE",
    })),
    attributeDefinitions: keys.map((AttributeName) => ({ AttributeName, AttributeType: "S" })),
  };
};

/** As lib/data-stack.ts has them; contract/table-keys.test.ts says if they differ. */
export const tableKeys = {
  bots: keyedBy("appKey", "item"),
  conversations: keyedBy("conversation"),
  turns: keyedBy("turn"),
  guards: keyedBy("guard"),
} as const;

export interface TestTable {
  readonly endpoint: string;
  readonly client: DynamoDBDocumentClient;
  readonly tableName: string;
  /** Everything in the table, as it stands there. */
  readonly items: () => Promise<Record<string, unknown>[]>;
  readonly close: () => Promise<void>;
}

/** A client as a function makes it, but for the region and the credentials that Lambda gives. */
export const makeClient = (endpoint: string): DynamoDBDocumentClient => {
  process.env.AWS_REGION ??= "us-east-1";
  process.env.AWS_ACCESS_KEY_ID ??= "local";
  process.env.AWS_SECRET_ACCESS_KEY ??= "local";
  return makeDocumentClient(endpoint);
};

/** A table of one's own, in dynalite or at `DYNAMODB_ENDPOINT`; gone when it is closed. */
export const startTable = async (kind: keyof typeof tableKeys): Promise<TestTable> => {
  const name = `test-${kind}-${randomBytes(6).toString("hex")}`;
  const table: Table = { name, ...tableKeys[kind], globalSecondaryIndexes: [] };
  const endpoint = process.env.DYNAMODB_ENDPOINT;
  const server = await startDynamoDb({ tables: [table], endpoint, dataDir: undefined });
  const client = makeClient(server.endpoint);
  return {
    endpoint: server.endpoint,
    client,
    tableName: name,
    items: async () => {
      const { Items = [] } = await client.send(new ScanCommand({ TableName: name, ConsistentRead: true }));
      return Items;
    },
    close: async () => {
      await client.send(new DeleteTableCommand({ TableName: name }));
      client.destroy();
      await server.close();
    },
  };
};
