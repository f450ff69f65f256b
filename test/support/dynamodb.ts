import { randomBytes } from "node:crypto";
import { DeleteTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { type DynamoDBDocumentClient, ScanCommand } from "@aws-sdk/lib-dynamodb";
import { clientDefaults } from "#adapters/aws/client-defaults.ts";
import { makeDocumentClient, toDocumentClient } from "#adapters/dynamodb/document-client.ts";
import { startDynamoDb } from "../../local/aws/dynamodb.ts";
import type { Table } from "../../local/aws/template/tables.ts";

type KeySchema = Pick<Table, "keySchema" | "attributeDefinitions" | "indexes">;

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

/** As lib/data-stack.ts defines them; contract/table-keys.test.ts fails if they differ. */
export const tableKeys = {
  bots: keyedBy("appKey", "item"),
  conversations: keyedBy("conversation"),
  turns: {
    keySchema: keyedBy("turn").keySchema,
    attributeDefinitions: [
      ...keyedBy("turn").attributeDefinitions,
      { AttributeName: "storyOf", AttributeType: "S" },
      { AttributeName: "storyAt", AttributeType: "N" },
    ],
    indexes: [
      {
        IndexName: "turnsOfApp",
        KeySchema: [
          { AttributeName: "storyOf", KeyType: "HASH" },
          { AttributeName: "storyAt", KeyType: "RANGE" },
        ],
        Projection: { ProjectionType: "INCLUDE", NonKeyAttributes: ["story", "storyEnd"] },
      },
    ],
  } satisfies KeySchema,
  guards: keyedBy("guard"),
} as const;

export interface TestTable {
  readonly endpoint: string;
  readonly client: DynamoDBDocumentClient;
  readonly tableName: string;
  /** All items of the table. */
  readonly items: () => Promise<Record<string, unknown>[]>;
  readonly close: () => Promise<void>;
}

/** The environment that Lambda gives a function. */
const setAwsEnvironment = (): void => {
  process.env.AWS_REGION ??= "us-east-1";
  process.env.AWS_ACCESS_KEY_ID ??= "local";
  process.env.AWS_SECRET_ACCESS_KEY ??= "local";
};

/** A client as a function creates it. */
export const makeClient = (endpoint: string): DynamoDBDocumentClient => {
  setAwsEnvironment();
  return makeDocumentClient(endpoint);
};

/** A client that does not time out on a busy machine. */
const makePatientClient = (endpoint: string): DynamoDBDocumentClient => {
  setAwsEnvironment();
  const requestHandler = {
    ...clientDefaults.requestHandler,
    connectionTimeout: 10_000,
    requestTimeout: 30_000,
  };
  return toDocumentClient(new DynamoDBClient({ ...clientDefaults, requestHandler, endpoint }));
};

/**
 * A table of the test's own, in dynalite or at `DYNAMODB_ENDPOINT`; deleted when it is closed. `beside`: a table in the same
 * server, for calls that use both.
 */
export const startTable = async (
  kind: keyof typeof tableKeys,
  beside?: Pick<TestTable, "endpoint">,
): Promise<TestTable> => {
  const name = `test-${kind}-${randomBytes(6).toString("hex")}`;
  const table: Table = { name, ...tableKeys[kind] };
  // Settings files leave unset variables empty.
  const endpoint = beside?.endpoint ?? (process.env.DYNAMODB_ENDPOINT || undefined);
  const server = await startDynamoDb({ tables: [table], endpoint, dataDir: undefined });
  const client = makePatientClient(server.endpoint);
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
