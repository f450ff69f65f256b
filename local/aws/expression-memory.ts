/** A value of an expression, in DynamoDB's JSON: its type and content. */
type AttributeValue = Readonly<Record<string, unknown>>;

/** What dynalite passes to a parser. The parser deletes what it uses from `unusedAttrNames` and `unusedAttrVals`. */
interface Context {
  readonly attrNames?: Readonly<Record<string, string>> | null;
  readonly attrVals?: Readonly<Record<string, AttributeValue>> | null;
  readonly unusedAttrNames: Record<string, true>;
  readonly unusedAttrVals: Record<string, true>;
  readonly isKeyCondition?: boolean;
}

type Parse = (expression: string, options: { readonly context: Context }) => unknown;

/** One of dynalite's parsers. */
export interface ExpressionParser {
  parse: Parse;
}

/** What a parser made of an expression, with a placeholder for each value and for each name that varies. */
interface Parsed {
  readonly template: unknown;
  readonly usedNames: readonly string[];
  readonly usedValues: readonly string[];
}

/** Whether an expression is valid depends on its values, and not only on their types, if it has one of these. */
const dependsOnValues = /between|attribute_type/i;
/** Another name occurs in an expression only as its placeholder. */
const identifier = /^\w+$/;
/** The bridge has some fifty expressions. */
const maxRemembered = 1_000;

/**
 * Parses an expression once for all names and values of the same kind, and then fills in those of each call. An expression
 * that is not valid is parsed each time.
 */
export const rememberExpressions = (parse: Parse): Parse => {
  const remembered = new Map<string, Parsed>();
  return (expression, options) => {
    const { context } = options;
    const names = context.attrNames ?? {};
    const values = context.attrVals ?? {};
    const distinct = new Set(Object.values(names)).size === Object.keys(names).length;
    // dynalite changes the result of a key condition.
    if (context.isKeyCondition || !distinct || dependsOnValues.test(expression))
      return parse(expression, options);
    const kept = mapValues(names, (name, placeholder) => (identifier.test(name) ? name : placeholder));
    const key = JSON.stringify([expression, kept, mapValues(values, (value) => Object.keys(value))]);
    let parsed = remembered.get(key);
    if (!parsed) {
      parsed = parseOnce(parse, expression, { ...context, attrNames: kept });
      if (!parsed) return parse(expression, options);
      if (remembered.size >= maxRemembered) remembered.clear();
      remembered.set(key, parsed);
    }
    for (const placeholder of parsed.usedNames) delete context.unusedAttrNames[placeholder];
    for (const placeholder of parsed.usedValues) delete context.unusedAttrVals[placeholder];
    return fill(parsed.template, names, values);
  };
};

const parseOnce = (parse: Parse, expression: string, context: Context): Parsed | undefined => {
  const unusedAttrNames = { ...context.unusedAttrNames };
  const unusedAttrVals = { ...context.unusedAttrVals };
  const result = parse(expression, { context: { ...context, unusedAttrNames, unusedAttrVals } });
  // A string says why it is not valid.
  if (typeof result === "string") return undefined;
  const placeholders = new Map(Object.entries(context.attrVals ?? {}).map(([name, value]) => [value, name]));
  return {
    template: templateOf(result, placeholders),
    usedNames: Object.keys(context.unusedAttrNames).filter((name) => !(name in unusedAttrNames)),
    usedValues: Object.keys(context.unusedAttrVals).filter((name) => !(name in unusedAttrVals)),
  };
};

const mapValues = <T, U>(record: Readonly<Record<string, T>>, change: (value: T, name: string) => U) =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value, name)]));

/** A copy of a parser's result with placeholders, such as `:until`, for values. */
const templateOf = (result: unknown, placeholders: ReadonlyMap<unknown, string>): unknown =>
  placeholders.get(result) ?? copy(result, (part) => templateOf(part, placeholders));

/** A copy of a template with the values and names of its placeholders. */
const fill = (
  template: unknown,
  names: Readonly<Record<string, string>>,
  values: Readonly<Record<string, AttributeValue>>,
): unknown => {
  const nameOf = (name: string): string => (name.startsWith("#") ? (names[name] ?? name) : name);
  if (typeof template === "string") return template.startsWith(":") ? values[template] : nameOf(template);
  return copy(template, (part) => fill(part, names, values), nameOf);
};

/** A copy with the same prototypes: some records of dynalite have none. */
const copy = (
  value: unknown,
  copyPart: (part: unknown) => unknown,
  nameOf: (name: string) => string = (name) => name,
): unknown => {
  if (Array.isArray(value)) return value.map(copyPart);
  if (typeof value !== "object" || value === null) return value;
  const copied = Object.create(Object.getPrototypeOf(value));
  for (const [name, part] of Object.entries(value)) copied[nameOf(name)] = copyPart(part);
  return copied;
};
