import { EventEmitter } from "node:events";
import { mkdirSync } from "node:fs";
import type { Server } from "node:http";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import {
  CreateTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  ResourceInUseException,
  type TableDescription,
} from "@aws-sdk/client-dynamodb";
import { closeServer, listen, readBody } from "../http-server.ts";
import { type Denies, deniesNothing } from "./iam/access.ts";
import { permissionsForDynamoDb } from "./iam/dynamodb-permissions.ts";
import { loadDynalite } from "./load-dynalite.ts";
import { localClient } from "./local-client.ts";
import type { Table } from "./template/tables.ts";
import { unusableServer } from "./unusable-server.ts";

export interface DynamoDbOptions {
  readonly tables: readonly Table[];
  readonly endpoint: string | undefined;
  readonly dataDir: string | undefined;
  /** The roles of callers, which another endpoint does not enforce; default: no roles. */
  readonly denies?: Denies;
}

export interface DynamoDb {
  readonly endpoint: string;
  close(): Promise<void>;
}

/**
 * Starts DynamoDB with the template's tables: dynalite, unless an endpoint is given. Expiry and point-in-time recovery
 * are not supported.
 */
export const startDynamoDb = async ({
  tables,
  endpoint,
  dataDir,
  denies = deniesNothing,
}: DynamoDbOptions): Promise<DynamoDb> => {
  const server =
    endpoint === undefined ? await startDynalite(dataDir, denies) : { endpoint, close: async () => {} };
  const client = new DynamoDBClient(localClient(server.endpoint));
  try {
    await Promise.all(tables.map((table) => createTable(client, table)));
  } catch (error) {
    await server.close();
    throw endpoint === undefined ? error : unusableServer("DYNAMODB_ENDPOINT", endpoint, error);
  } finally {
    client.destroy();
  }
  return server;
};

const startDynalite = async (dataDir: string | undefined, denies: Denies): Promise<DynamoDb> => {
  const path = dataDir && join(dataDir, "dynamodb");
  if (path) mkdirSync(path, { recursive: true });
  const server = loadDynalite()({ createTableMs: 0, ...(path && { path }) });
  checkRequests(server, denies);
  return { endpoint: await listen(server, 0), close: () => closeServer(server) };
};

/**
 * dynalite throws an uncaught error if a request is aborted midway, which happens whenever a function is stopped at its
 * timeout. It therefore gets only complete requests, and only those that the caller's role allows.
 */
const checkRequests = (server: Server, denies: Denies): void => {
  const handlers = server.listeners("request");
  server.removeAllListeners("request");
  server.on("request", async (request, response) => {
    try {
      const body = await readBody(request);
      const { method, url, headers } = request;
      const denial = denies(headers, permissionsForDynamoDb(headers["x-amz-target"], body.toString()));
      if (denial !== undefined) {
        const type = "com.amazon.coral.service#AccessDeniedException";
        response.writeHead(400, { "content-type": "application/x-amz-json-1.0" });
        response.end(JSON.stringify({ __type: type, Message: denial }));
        return;
      }
      const whole = Object.assign(new EventEmitter(), { method, url, headers });
      for (const handler of handlers) handler.call(server, whole, response);
      whole.emit("data", body);
      whole.emit("end");
    } catch {
      response.destroy();
    }
  });
};

const createTable = async (client: DynamoDBClient, table: Table): Promise<void> => {
  try {
    await client.send(
      new CreateTableCommand({
        TableName: table.name,
        KeySchema: table.keySchema,
        AttributeDefinitions: table.attributeDefinitions,
        GlobalSecondaryIndexes: table.indexes,
        BillingMode: "PAY_PER_REQUEST",
      }),
    );
  } catch (error) {
    if (!(error instanceof ResourceInUseException)) throw error;
  }
  await waitUntilActive(client, table);
};

/** dynalite cannot add an index to a table that a DATA_DIR has. */
const checkIndexes = (
  { GlobalSecondaryIndexes: existing = [] }: TableDescription,
  indexes: NonNullable<Table["indexes"]>,
): void => {
  const missing = indexes.find(({ IndexName }) => existing.every((each) => each.IndexName !== IndexName));
  if (missing)
    throw new Error(
      `DATA_DIR: its tables are of an earlier version, without the index ${missing.IndexName}; delete the directory dynamodb in it`,
    );
};

/** Tables do not accept items while they are being created. */
const waitUntilActive = async (client: DynamoDBClient, { name, indexes = [] }: Table): Promise<void> => {
  for (;;) {
    const { Table } = await client.send(new DescribeTableCommand({ TableName: name }));
    if (!Table) throw new Error(`its response to DescribeTable has no table ${name}`);
    if (Table.TableStatus === "ACTIVE") return checkIndexes(Table, indexes);
    await delay(20);
  }
};
