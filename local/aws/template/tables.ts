import * as v from "valibot";
import { resourcesOf } from "./resources.ts";
import type { StackTemplate } from "./stack-template.ts";

const tableSchema = v.object({
  KeySchema: v.array(v.object({ AttributeName: v.string(), KeyType: v.picklist(["HASH", "RANGE"]) })),
  AttributeDefinitions: v.array(
    v.object({ AttributeName: v.string(), AttributeType: v.picklist(["S", "N", "B"]) }),
  ),
});

type TableProperties = v.InferOutput<typeof tableSchema>;

export interface Table {
  readonly name: string;
  readonly keySchema: TableProperties["KeySchema"];
  readonly attributeDefinitions: TableProperties["AttributeDefinitions"];
}

export const tablesOf = (stacks: readonly StackTemplate[]): Table[] =>
  resourcesOf(stacks, "AWS::DynamoDB::GlobalTable", tableSchema).map(({ name, properties }) => ({
    name,
    keySchema: properties.KeySchema,
    attributeDefinitions: properties.AttributeDefinitions,
  }));
