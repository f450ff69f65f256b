import fc from "fast-check";

/** JSON as written: a key may appear twice, and `__proto__` is a key like any other. */
export type Node =
  | { readonly map: readonly Entry[] }
  | { readonly list: readonly Node[] }
  | { readonly leaf: string };
export type Entry = readonly [key: string, node: Node];

export const nodeOf = (value: unknown): Node => {
  if (Array.isArray(value)) return { list: value.map(nodeOf) };
  if (typeof value !== "object" || value === null) return { leaf: JSON.stringify(value) };
  return { map: Object.entries(value).map(([key, each]) => [key, nodeOf(each)]) };
};

export const textOf = (node: Node): string => {
  if ("leaf" in node) return node.leaf;
  if ("list" in node) return `[${node.list.map(textOf).join()}]`;
  return `{${node.map.map(([key, each]) => `${JSON.stringify(key)}:${textOf(each)}`).join()}}`;
};

/** The replacement of one field or array entry: none, one or more in its place. */
type Change = (entry: Entry) => readonly Entry[];

const countOf = (node: Node): number => {
  if ("leaf" in node) return 0;
  const inner = "list" in node ? node.list : node.map.map(([, each]) => each);
  return inner.reduce((sum, each) => sum + 1 + countOf(each), 0);
};

/** Changes the field or entry at index `at`, counted depth first. */
const changeAt = (node: Node, at: number, change: Change): Node => {
  if ("leaf" in node) return node;
  let left = at;
  const step = (entry: Entry): readonly Entry[] => {
    const [key, each] = entry;
    const place = left;
    left -= 1 + countOf(each);
    if (place === 0) return change(entry);
    return place > 0 && left < 0 ? [[key, changeAt(each, place - 1, change)]] : [entry];
  };
  if ("map" in node) return { map: node.map.flatMap(step) };
  return { list: node.list.flatMap((each) => step(["", each])).map(([, each]) => each) };
};

const wrapped = (node: Node, depth: number, [open, close]: readonly [string, string]): Node => ({
  leaf: open.repeat(depth) + textOf(node) + close.repeat(depth),
});

const anyNode = fc.oneof(fc.jsonValue(), fc.constantFrom("", 0, -1, 1e21, true, [], {}, null)).map(nodeOf);

const names = [
  ...["__proto__", "constructor", "prototype", "toString", ""],
  ...["userId", "userIds", "name", "type", "profileUrl", "metadata", "integrations", "auth", "apiKey"],
  ...["enabled", "callbackUrl", "objectNames", "events", "stream", "options", "page", "pageSize"],
];
const anyName = fc.oneof(fc.constantFrom(...names), fc.string());

const anyChange: fc.Arbitrary<Change> = fc.oneof(
  fc.constant<Change>(() => []),
  anyNode.map(
    (other): Change =>
      ([key]) => [[key, other]],
  ),
  anyName.map(
    (name): Change =>
      ([, node]) => [[name, node]],
  ),
  fc.tuple(anyName, anyNode).map(
    ([name, other]): Change =>
      (entry) => [entry, [name, other]],
  ),
  anyNode.map(
    (other): Change =>
      ([key, node]) => [
        [key, node],
        [key, other],
      ],
  ),
  fc
    .tuple(
      fc.constantFrom(1, 2, 27, 40, 20_000),
      fc.constantFrom(["[", "]"] as const, ['{"":', "}"] as const),
    )
    .map(
      ([depth, brackets]): Change =>
        ([key, node]) => [[key, wrapped(node, depth, brackets)]],
    ),
  fc.tuple(fc.constantFrom("x", "汉", "😀", "https://"), fc.constantFrom(1, 64, 129, 5_000, 200_000)).map(
    ([unit, length]): Change =>
      ([key]) => [[key, nodeOf(unit.repeat(length))]],
  ),
  fc.constant<Change>(([key, node]) => [[key, nodeOf(textOf(node))]]),
);

/** The JSON of a body with a mistake in one place. */
export const mutationOf = (body: unknown): fc.Arbitrary<string> => {
  const node = nodeOf(body);
  return fc
    .tuple(fc.nat({ max: countOf(node) - 1 }), anyChange)
    .map(([at, change]) => textOf(changeAt(node, at, change)));
};
