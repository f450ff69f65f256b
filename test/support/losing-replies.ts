import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { readBody, startHttpServer } from "../../local/http-server.ts";
import { makeClient, type TestTable } from "./dynamodb.ts";

export interface LossyTable {
  readonly client: DynamoDBDocumentClient;
  readonly tableName: string;
  /** The number of calls so far, including the SDK's retries. */
  readonly calls: () => number;
  readonly close: () => Promise<void>;
}

/** The table through a client whose `nth` call reaches it, but whose reply to that call is lost. */
export const losingReply = async ({ endpoint, tableName }: TestTable, nth = 1): Promise<LossyTable> => {
  let calls = 0;
  const proxy = await startHttpServer(0, async (request, response) => {
    calls += 1;
    const isLost = calls === nth;
    const headers = Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
    );
    const { host: _host, connection: _connection, "content-length": _length, ...kept } = headers;
    const reply = await fetch(endpoint, { method: "POST", headers: kept, body: await readBody(request) });
    const body = await reply.text();
    if (isLost) response.destroy();
    else response.writeHead(reply.status, { "content-type": "application/x-amz-json-1.0" }).end(body);
  });
  const client = makeClient(proxy.url);
  return {
    client,
    tableName,
    calls: () => calls,
    close: async () => {
      client.destroy();
      await proxy.close();
    },
  };
};
