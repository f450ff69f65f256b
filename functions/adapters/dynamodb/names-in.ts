/** Those of the names that the expressions use: DynamoDB refuses one that none uses. */
export const namesIn = (
  names: Readonly<Record<string, string>>,
  ...expressions: readonly string[]
): Record<string, string> =>
  Object.fromEntries(
    Object.entries(names).filter(([name]) => expressions.some((expression) => expression.includes(name))),
  );
