import { mkdirSync } from "node:fs";
import type { Server } from "node:http";
import { join } from "node:path";
import { Readable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import {
  CreateTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  ResourceInUseException,
} from "@aws-sdk/client-dynamodb";
import dynalite from "dynalite";
import { closeServer, listen, readBody } from "../http-server.ts";
import { localClient } from "./local-client.ts";
import type { Table } from "./template/tables.ts";

export interface DynamoDbOptions {
  readonly tables: readonly Table[];
  readonly endpoint: string | undefined;
  readonly dataDir: string | undefined;
}

export interface DynamoDb {
  readonly endpoint: string;
  close(): Promise<void>;
}

/**
 * Starts DynamoDB with the template's tables: dynalite, unless an endpoint is given. Expiry and point-in-time recovery
 * are not supported.
 */
export const startDynamoDb = async ({ tables, endpoint, dataDir }: DynamoDbOptions): Promise<DynamoDb> => {
  const server = endpoint === undefined ? await startDynalite(dataDir) : { endpoint, close: async () => {} };
  const client = new DynamoDBClient(localClient(server.endpoint));
  try {
    await Promise.all(tables.map((table) => createTable(client, table)));
  } catch (error) {
    await server.close();
    throw error;
  } finally {
    client.destroy();
  }
  return server;
};

const startDynalite = async (dataDir: string | undefined): Promise<DynamoDb> => {
  const path = dataDir && join(dataDir, "dynamodb");
  if (path) mkdirSync(path, { recursive: true });
  const server = dynalite({ createTableMs: 0, ...(path && { path }) });
  bufferRequests(server);
  return { endpoint: await listen(server, 0), close: () => closeServer(server) };
};

/**
 * dynalite throws an uncaught error if a request is aborted midway, which happens whenever a function is stopped at its
 * timeout. It therefore gets only complete requests.
 */
const bufferRequests = (server: Server): void => {
  const handlers = server.listeners("request");
  server.removeAllListeners("request");
  server.on("request", async (request, response) => {
    try {
      const body = await readBody(request);
      const { method, url, headers } = request;
      const whole = Object.assign(Readable.from([body]), { method, url, headers });
      for (const handler of handlers) handler.call(server, whole, response);
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
        BillingMode: "PAY_PER_REQUEST",
      }),
    );
  } catch (error) {
    if (!(error instanceof ResourceInUseException)) throw error;
  }
  await waitUntilActive(client, table.name);
};

/** Tables do not accept items while they are being created. */
const waitUntilActive = async (client: DynamoDBClient, name: string): Promise<void> => {
  for (;;) {
    const { Table } = await client.send(new DescribeTableCommand({ TableName: name }));
    if (Table?.TableStatus === "ACTIVE") return;
    await delay(20);
  }
};
