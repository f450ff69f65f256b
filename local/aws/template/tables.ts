import * as v from "valibot";
import { resourcesOf } from "./resources.ts";
import type { StackTemplate } from "./stack-template.ts";

const keySchema = v.array(v.object({ AttributeName: v.string(), KeyType: v.picklist(["HASH", "RANGE"]) }));

const tableSchema = v.object({
  KeySchema: keySchema,
  AttributeDefinitions: v.array(
    v.object({ AttributeName: v.string(), AttributeType: v.picklist(["S", "N", "B"]) }),
  ),
  GlobalSecondaryIndexes: v.optional(
    v.array(
      v.object({
        IndexName: v.string(),
        KeySchema: keySchema,
        Projection: v.object({
          ProjectionType: v.optional(v.picklist(["ALL", "INCLUDE", "KEYS_ONLY"])),
          NonKeyAttributes: v.optional(v.array(v.string())),
        }),
      }),
    ),
    [],
  ),
});

type TableProperties = v.InferOutput<typeof tableSchema>;

export interface Table {
  readonly name: string;
  readonly keySchema: TableProperties["KeySchema"];
  readonly attributeDefinitions: TableProperties["AttributeDefinitions"];
  readonly globalSecondaryIndexes: TableProperties["GlobalSecondaryIndexes"];
}

export const tablesOf = (stacks: readonly StackTemplate[]): Table[] =>
  resourcesOf(stacks, ["AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable"], tableSchema).map(
    ({ name, properties }) => ({
      name,
      keySchema: properties.KeySchema,
      attributeDefinitions: properties.AttributeDefinitions,
      globalSecondaryIndexes: properties.GlobalSecondaryIndexes,
    }),
  );
