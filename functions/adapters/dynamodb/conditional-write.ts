import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import { type DynamoDBDocumentClient, type NativeAttributeValue, UpdateCommand } from "@aws-sdk/lib-dynamodb";

/** The result of a write; undefined if its condition was not met. */
export const ignoreConditionFailure = async <T>(write: Promise<T>): Promise<T | undefined> => {
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

export interface ConditionalUpdatePorts<Id> {
  readonly client: DynamoDBDocumentClient;
  readonly tableName: string;
  readonly keyOf: (id: Id) => Readonly<Record<string, string>>;
  /** Attribute names that DynamoDB reserves, by their placeholders in expressions. */
  readonly names: Names;
}

type Values = Readonly<Record<string, NativeAttributeValue>>;

/** Updates of a table's items, each under a condition. */
export interface ConditionalUpdates<Id> {
  /** Whether the condition was met. `extraNames`: additional names for this update. */
  update(id: Id, update: string, condition: string, values: Values, extraNames?: Names): Promise<boolean>;
  /** The new item; undefined if the condition was not met. */
  updateAndGet(
    id: Id,
    update: string,
    condition: string,
    values: Values,
    extraNames?: Names,
  ): Promise<Record<string, unknown> | undefined>;
}

export const makeConditionalUpdates = <Id>({
  client,
  tableName,
  keyOf,
  names,
}: ConditionalUpdatePorts<Id>): ConditionalUpdates<Id> => {
  const inputOf = (id: Id, update: string, condition: string, values: Values, extraNames: Names = {}) => ({
    TableName: tableName,
    Key: keyOf(id),
    UpdateExpression: update,
    ConditionExpression: condition,
    ExpressionAttributeNames: usedNames({ ...names, ...extraNames }, update, condition),
    ExpressionAttributeValues: values,
  });

  return {
    update: (...given) => conditionMet(client.send(new UpdateCommand(inputOf(...given)))),
    updateAndGet: async (...given) => {
      const command = new UpdateCommand({ ...inputOf(...given), ReturnValues: "ALL_NEW" });
      return (await ignoreConditionFailure(client.send(command)))?.Attributes;
    },
  };
};
