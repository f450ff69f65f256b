import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import { type DynamoDBDocumentClient, type NativeAttributeValue, UpdateCommand } from "@aws-sdk/lib-dynamodb";

/** The result of a write; undefined if its condition was not met. */
const ignoreConditionFailure = async <T>(write: Promise<T>): Promise<T | undefined> => {
  try {
    return await write;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return undefined;
    throw error;
  }
};

/** Whether a write's condition was met. */
export const conditionMet = async (write: Promise<unknown>): Promise<boolean> =>
  (await ignoreConditionFailure(write.then(() => true))) ?? false;

type Names = Readonly<Record<string, string>>;

/** The names that the expressions use; DynamoDB rejects unused ones. */
const usedNames = (names: Names, ...expressions: readonly string[]): Record<string, string> =>
  Object.fromEntries(
    Object.entries(names).filter(([name]) => expressions.some((expression) => expression.includes(name))),
  );

interface ConditionalUpdate {
  readonly update: string;
  readonly condition: string;
  readonly values: Readonly<Record<string, NativeAttributeValue>>;
  /** Additional names for this update. */
  readonly names?: Names;
}

export interface ConditionalUpdatePorts {
  readonly client: DynamoDBDocumentClient;
  readonly tableName: string;
  /** Attribute names that DynamoDB reserves, by their placeholders in expressions. */
  readonly names: Names;
}

/** Updates an item and returns the new item; undefined if the condition was not met. */
export const makeConditionalUpdate =
  ({ client, tableName, names: tableNames }: ConditionalUpdatePorts) =>
  async (
    Key: Readonly<Record<string, string>>,
    { update, condition, values, names = {} }: ConditionalUpdate,
  ): Promise<Record<string, unknown> | undefined> => {
    const write = client.send(
      new UpdateCommand({
        TableName: tableName,
        Key,
        UpdateExpression: update,
        ConditionExpression: condition,
        ExpressionAttributeNames: usedNames({ ...tableNames, ...names }, update, condition),
        ExpressionAttributeValues: values,
        ReturnValues: "ALL_NEW",
      }),
    );
    return (await ignoreConditionFailure(write))?.Attributes;
  };
