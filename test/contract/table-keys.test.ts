import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "@jest/globals";
import * as v from "valibot";
import { tableKeys } from "../support/dynamodb.ts";

const deployedTables = v.pipe(
  v.string(),
  v.parseJson(),
  v.record(
    v.string(),
    v.object({
      Properties: v.object({
        KeySchema: v.unknown(),
        AttributeDefinitions: v.unknown(),
        TimeToLiveSpecification: v.optional(v.unknown()),
        GlobalSecondaryIndexes: v.optional(v.unknown()),
      }),
    }),
  ),
);

test("the stores are tested on tables with the keys, indexes and the TTL attribute of the deployed ones", () => {
  const program = fileURLToPath(new URL("./print-tables.ts", import.meta.url));
  const printed = execFileSync(process.execPath, ["--disable-warning=ExperimentalWarning", program]);
  const deployed = Object.values(v.parse(deployedTables, printed.toString()));
  const ttl = { AttributeName: "ttl", Enabled: true };
  expect(
    deployed.map(({ Properties: table }) => ({
      keySchema: table.KeySchema,
      attributeDefinitions: table.AttributeDefinitions,
      ttl: table.TimeToLiveSpecification,
      indexes: table.GlobalSecondaryIndexes,
    })),
  ).toEqual([
    { ...tableKeys.bots, ttl: undefined },
    { ...tableKeys.conversations, ttl },
    { ...tableKeys.turns, ttl },
    { ...tableKeys.guards, ttl },
  ]);
}, 30_000);
