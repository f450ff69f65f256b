import * as v from "valibot";
import { resourcesOf } from "./resources.ts";
import type { StackTemplate } from "./stack-template.ts";

const tableSchema = v.object({
  KeySchema: v.array(v.object({ AttributeName: v.string(), KeyType: v.picklist(["HASH", "RANGE"]) })),
  AttributeDefinitions: v.array(
    v.object({ AttributeName: v.string(), AttributeType: v.picklist(["S", "N", "B"]) }),
  ),
  GlobalSecondaryIndexes: v.optional(
    v.array(
      v.object({
        IndexName: v.string(),
        KeySchema: v.array(v.object({ AttributeName: v.string(), KeyType: v.picklist(["HASH", "RANGE"]) })),
        Projection: v.object({
          ProjectionType: v.picklist(["ALL", "KEYS_ONLY", "INCLUDE"]),
          NonKeyAttributes: v.optional(v.array(v.string())),
        }),
      }),
    ),
  ),
});

type TableProperties = v.InferOutput<typeof tableSchema>;

export interface Table {
  readonly name: string;
  readonly keySchema: TableProperties["KeySchema"];
  readonly attributeDefinitions: TableProperties["AttributeDefinitions"];
  readonly indexes?: TableProperties["GlobalSecondaryIndexes"];
}

export const tablesOf = (stacks: readonly StackTemplate[]): Table[] =>
  resourcesOf(stacks, "AWS::DynamoDB::GlobalTable", tableSchema).map(({ name, properties }) => ({
    name,
    keySchema: properties.KeySchema,
    attributeDefinitions: properties.AttributeDefinitions,
    indexes: properties.GlobalSecondaryIndexes,
  }));
