import type { NativeAttributeValue } from "@aws-sdk/lib-dynamodb";

/** A place within an item: `["integrations", "webhook", "enabled"]`. */
export type ItemPath = readonly string[];

/** The parts of an UpdateItem as they gather. Names and values go by aliases: DynamoDB reserves hundreds of words. */
export interface UpdateExpression {
  set(path: ItemPath, value: NativeAttributeValue): void;
  remove(path: ItemPath): void;
  requireExists(path: ItemPath): void;
  requireAbsent(path: ItemPath): void;
  requireEqual(path: ItemPath, value: NativeAttributeValue): void;
  requireEqualOrAbsent(path: ItemPath, value: NativeAttributeValue): void;
  /** `writtenBy`: marks the item, so that the SDK's second try of a write whose reply was lost passes as well. */
  toInput(writtenBy: string): {
    readonly UpdateExpression: string;
    readonly ConditionExpression: string;
    readonly ExpressionAttributeNames: Record<string, string>;
    readonly ExpressionAttributeValues: Record<string, NativeAttributeValue>;
  };
}

export const makeUpdateExpression = (): UpdateExpression => {
  const names = new Map<string, string>();
  const values: Record<string, NativeAttributeValue> = {};
  const sets: string[] = [];
  const removes: string[] = [];
  const conditions: string[] = [];

  const nameOf = (part: string): string => {
    const name = names.get(part) ?? `#n${names.size}`;
    names.set(part, name);
    return name;
  };
  const at = (path: ItemPath): string => path.map(nameOf).join(".");
  const aliasOf = (value: NativeAttributeValue): string => {
    const name = `:v${Object.keys(values).length}`;
    values[name] = value;
    return name;
  };
  const set = (path: ItemPath, value: NativeAttributeValue): void => {
    sets.push(`${at(path)} = ${aliasOf(value)}`);
  };

  return {
    set,
    remove: (path) => void removes.push(at(path)),
    requireExists: (path) => void conditions.push(`attribute_exists(${at(path)})`),
    requireAbsent: (path) => void conditions.push(`attribute_not_exists(${at(path)})`),
    requireEqual: (path, value) => void conditions.push(`${at(path)} = ${aliasOf(value)}`),
    requireEqualOrAbsent: (path, value) =>
      void conditions.push(`(${at(path)} = ${aliasOf(value)} OR attribute_not_exists(${at(path)}))`),
    toInput: (writtenBy) => {
      set(["writtenBy"], writtenBy);
      const own = `${nameOf("writtenBy")} = ${aliasOf(writtenBy)}`;
      return {
        UpdateExpression: `SET ${sets.join(", ")}${removes.length > 0 ? ` REMOVE ${removes.join(", ")}` : ""}`,
        ConditionExpression: `(${conditions.join(" AND ")}) OR ${own}`,
        ExpressionAttributeNames: Object.fromEntries([...names].map(([part, name]) => [name, part])),
        ExpressionAttributeValues: values,
      };
    },
  };
};
