import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { buffer } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { makeBotsTable } from "../../functions/adapters/dynamodb/bots-table.ts";
import { makeReplayGuard } from "../../functions/adapters/dynamodb/guards-table.ts";
import { makeTurnsTable } from "../../functions/adapters/dynamodb/turns-table.ts";
import { systemClock as clock } from "../../functions/adapters/node/system-clock.ts";
import { makeClient, startTable, type TestTable } from "../support/dynamodb.ts";
import { bot } from "../support/turns.ts";
import { app, appsOf } from "../unit/adapters/secrets/apps.ts";

let tables: Record<"bots" | "turns" | "guards", TestTable>;
const closers: (() => unknown)[] = [];

beforeAll(async () => {
  const [bots, turns, guards] = await Promise.all([
    startTable("bots"),
    startTable("turns"),
    startTable("guards"),
  ]);
  tables = { bots, turns, guards };
});
afterAll(async () => {
  for (const close of closers) close();
  await Promise.all(Object.values(tables).map((table) => table.close()));
});

const addressOf = async (server: Server): Promise<string> => {
  await once(server.listen(0, "127.0.0.1"), "listening");
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  return `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
};

/** A client whose first put reaches the table, and whose reply to it does not come back. */
const losingFirstReply = async ({ endpoint, tableName }: TestTable) => {
  let puts = 0;
  const proxy = createServer(async (request, response) => {
    const isPut = String(request.headers["x-amz-target"]).endsWith("PutItem");
    if (isPut) puts += 1;
    const isLost = isPut && puts === 1;
    const headers = Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
    );
    const { host: _host, connection: _connection, "content-length": _length, ...kept } = headers;
    const reply = await fetch(endpoint, { method: "POST", headers: kept, body: await buffer(request) });
    const body = await reply.text();
    if (isLost) response.destroy();
    else response.writeHead(reply.status, { "content-type": "application/x-amz-json-1.0" }).end(body);
  });
  const client = makeClient(await addressOf(proxy));
  closers.push(() => client.destroy());
  return { client, tableName, clock, puts: () => puts };
};

describe("a write whose reply was lost, and which the SDK makes again", () => {
  test("does not make a first request a replay", async () => {
    const lossy = await losingFirstReply(tables.guards);
    expect(await makeReplayGuard(lossy).isFirst("request-1", clock.now() + 60_000)).toBe(true);
    expect(lossy.puts()).toBe(2);
    expect(
      await makeReplayGuard({ ...tables.guards, clock }).isFirst("request-1", clock.now() + 60_000),
    ).toBe(false);
  });

  test("does not make a turn busy for its own claim", async () => {
    const lossy = await losingFirstReply(tables.turns);
    const id = {
      appKey: "app-one",
      eventType: "message:private",
      msgUID: "m1",
      botUserId: "b1",
      integrationType: "dify_chat",
    } as const;
    expect(await makeTurnsTable(lossy).claim(id, { token: "mine", expiresAt: clock.now() + 25_000 })).toBe(
      "claimed",
    );
    expect(lossy.puts()).toBe(2);
  });

  test("does not say of a bot just created that it was there already", async () => {
    const lossy = await losingFirstReply(tables.bots);
    const apps = appsOf(app({ appKey: "app-one" }));
    expect(await makeBotsTable({ ...lossy, apps }).create("app-one", bot(), 10)).toBe("created");
    const again = makeBotsTable({ ...tables.bots, apps, clock });
    expect(await again.create("app-one", bot(), 10)).toBe("exists");
  });
});

test("a DynamoDB that never answers is given up within the gateway's time", async () => {
  const silent = await addressOf(createServer(() => {}));
  const client = makeClient(silent);
  closers.push(() => client.destroy());
  const guard = makeReplayGuard({ client, tableName: "any", clock });
  const start = clock.now();
  await expect(guard.isFirst("request-1", start + 60_000)).rejects.toThrow();
  expect(clock.now() - start).toBeLessThan(10_000);
});
