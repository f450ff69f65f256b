import * as v from "valibot";
import { arnOf } from "../template/account.ts";
import type { Permission } from "../template/permissions.ts";

const inTable = v.object({ TableName: v.string() });
const request = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({
    TableName: v.optional(v.string()),
    IndexName: v.optional(v.string()),
    RequestItems: v.optional(v.record(v.string(), v.unknown()), {}),
    TransactItems: v.optional(v.array(v.record(v.string(), inTable)), []),
  }),
);

const permission = (operation: string, table: string): Permission => ({
  action: `dynamodb:${operation}`,
  resource: arnOf("dynamodb", `table/${table}`),
});

/** IAM checks each part of a transaction as an operation of its own. */
const partOf = (kind: string): string => (kind === "ConditionCheck" ? "ConditionCheckItem" : `${kind}Item`);

/** The permissions that a call of DynamoDB needs. None if the request is not valid, which DynamoDB then says. */
export const permissionsForDynamoDb = (target: unknown, body: string): Permission[] => {
  const operation = String(target).replace(/^.*\./, "");
  const parsed = v.safeParse(request, body);
  if (!parsed.success) return [];
  const { TableName, IndexName, RequestItems, TransactItems } = parsed.output;
  return [
    ...(TableName === undefined
      ? []
      : [permission(operation, IndexName === undefined ? TableName : `${TableName}/index/${IndexName}`)]),
    ...Object.keys(RequestItems).map((table) => permission(operation, table)),
    ...TransactItems.flatMap((item) =>
      Object.entries(item).map(([kind, { TableName: table }]) => permission(partOf(kind), table)),
    ),
  ];
};
