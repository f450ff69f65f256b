import type { NativeAttributeValue } from "@aws-sdk/lib-dynamodb";

/** The path of an attribute within an item, such as `["integrations", "webhook", "enabled"]`. */
export type ItemPath = readonly string[];

/** Builds the expressions of an UpdateItem. Names and values get placeholders, as DynamoDB reserves hundreds of words. */
export interface UpdateExpression {
  set(path: ItemPath, value: NativeAttributeValue): void;
  remove(path: ItemPath): void;
  requireExists(path: ItemPath): void;
  requireAbsent(path: ItemPath): void;
  requireEqual(path: ItemPath, value: NativeAttributeValue): void;
  requireEqualOrAbsent(path: ItemPath, value: NativeAttributeValue): void;
  /** `writtenBy`: stored in the item, so that the condition also holds when the SDK repeats a write whose response was lost. */
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
  const placeholderOf = (value: NativeAttributeValue): string => {
    const name = `:v${Object.keys(values).length}`;
    values[name] = value;
    return name;
  };
  const set = (path: ItemPath, value: NativeAttributeValue): void => {
    sets.push(`${at(path)} = ${placeholderOf(value)}`);
  };

  return {
    set,
    remove: (path) => void removes.push(at(path)),
    requireExists: (path) => void conditions.push(`attribute_exists(${at(path)})`),
    requireAbsent: (path) => void conditions.push(`attribute_not_exists(${at(path)})`),
    requireEqual: (path, value) => void conditions.push(`${at(path)} = ${placeholderOf(value)}`),
    requireEqualOrAbsent: (path, value) =>
      void conditions.push(`(${at(path)} = ${placeholderOf(value)} OR attribute_not_exists(${at(path)}))`),
    toInput: (writtenBy) => {
      set(["writtenBy"], writtenBy);
      const own = `${nameOf("writtenBy")} = ${placeholderOf(writtenBy)}`;
      return {
        UpdateExpression: `SET ${sets.join(", ")}${removes.length > 0 ? ` REMOVE ${removes.join(", ")}` : ""}`,
        ConditionExpression: `(${conditions.join(" AND ")}) OR ${own}`,
        ExpressionAttributeNames: Object.fromEntries([...names].map(([part, name]) => [name, part])),
        ExpressionAttributeValues: values,
      };
    },
  };
};
