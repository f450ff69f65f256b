import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { parseJson } from "#adapters/api-gateway/parse-json.ts";
import { fieldPath } from "#core/shared/field-path.ts";
import { cpuTimed } from "../../../support/cpu-time.ts";
import { anyText } from "../node/any-text.ts";
import { refusalOf } from "./refusal.ts";

const messageOf = (text: string) => refusalOf(() => parseJson(text))?.errorMessage;

describe("a duplicate key in an object is rejected with its path and the number of times it was sent", () => {
  test.each([
    ["in the body", '{"name":"A","name":"B"}', "name", 2],
    ["three times", '{"name":"A","name":"B","age":7,"name":"C"}', "name", 3],
    ["with one value", '{"name":"A","name":"A"}', "name", 2],
    ["within an array", '{"integrations":[{},{"url":"a","url":"b"}]}', "integrations[1].url", 2],
    ["within arrays in an array", '[[],[[],{"a":1,"a":2}]]', "[1][1].a", 2],
    ["of two objects", '{"auth":{"x":1},"auth":{"x":2}}', "auth", 2],
    ["within the first of two objects of a name", '{"auth":{"x":1,"x":2},"auth":{"x":3}}', "auth.x", 2],
    ["after an object of its own", '{"a":{"b":1},"c":{"a":2},"a":3}', "a", 2],
    ["once with an escape", String.raw`{"a":1,"\u0061":2}`, "a", 2],
    ["with its solidus escaped", String.raw`{"/":1,"\/":2}`, '"/"', 2],
    ["with a lone surrogate", String.raw`{"\ud83d":1,"\uD83D":2}`, String.raw`"\ud83d"`, 2],
    ["with a line separator", '{"a\u2028":1,"a\u2028":2}', '"a\u2028"', 2],
    ["without a name", '{"":1,"":2}', '""', 2],
    ["without a name, in another", '{"a":{"":1,"":2}}', 'a.""', 2],
    ["__proto__", '{"__proto__":{"admin":true},"__proto__":{}}', "__proto__", 2],
    ["constructor", '{"a":{"constructor":1,"constructor":2}}', "a.constructor", 2],
  ])("%s", (_name, text, path, count) => {
    expect(messageOf(text)).toBe(`${path}: may be sent only once, got ${count}`);
    expect({}).not.toHaveProperty("admin");
  });

  test("and none of its values is echoed", () => {
    expect(messageOf('{"auth":{"apiKey":"app-1234567890","apiKey":"app-0987654321"}}')).toBe(
      "auth.apiKey: may be sent only once, got 2",
    );
  });

  test("and a name as long as the body limit is not echoed in full", () => {
    const name = "k".repeat(60_000);
    expect(messageOf(`{"${name}":1,"${name}":2}`)).toBe(`${"k".repeat(80)}…: may be sent only once, got 2`);
  });
});

describe("a key that occurs once in each object is accepted", () => {
  test.each([
    ["in objects side by side", '[{"a":1},{"a":2}]'],
    ["in objects within each other", '{"a":{"a":{"a":1}}}'],
    ["in another case", '{"a":1,"A":2}'],
    ["with an accent encoded in another way", '{"\u00e9":1,"e\u0301":2}'],
    ["and as a string in an array", '{"a":["a","a",":","{\\"a\\":1,"]}'],
  ])("%s", (_name, text) => {
    expect(parseJson(text)).toEqual(JSON.parse(text));
  });

  test("even if it is __proto__", () => {
    const value = parseJson('{"__proto__":{"admin":true}}');
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(Object.entries(value as object)).toEqual([["__proto__", { admin: true }]]);
  });
});

describe("input that JSON.parse rejects is rejected, even if the library would accept it", () => {
  test.each(['{"a":1,}', "[1,]", "// note\n{}", "{} /* note */", "{} {}", "{a:1}", "\ufeff{}", ""])(
    "%j",
    (text) => {
      expect(messageOf(text)).toBe("body: must be valid JSON");
    },
  );
});

describe("nested arrays and objects", () => {
  const arrays = (depth: number) => "[".repeat(depth) + "]".repeat(depth);
  const objects = (depth: number) => `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`;

  test.each([
    ["arrays", arrays],
    ["objects", objects],
  ])("are accepted to 32 levels and rejected beyond, %s", (_name, nest) => {
    expect(parseJson(nest(32))).toEqual(JSON.parse(nest(32)));
    expect(messageOf(nest(33))).toBe("body: at most 32 levels deep");
  });

  test.each([
    ["arrays", arrays(60_000)],
    ["objects", objects(20_000)],
    ["arrays that are not closed", "[".repeat(60_000)],
  ])("are rejected when thousands deep, where they would overflow the stack: %s", (_name, text) => {
    expect(refusalOf(() => parseJson(text))).toMatchObject({ code: 1002 });
  });
});

test("a body of the maximum size is parsed quickly, whatever its shape", () => {
  const shapes = [
    `{"${"k".repeat(60_000)}":[${'{"a":0},'.repeat(8_000)}0]}`,
    `[${"{},".repeat(40_000)}0]`,
    `{${Array.from({ length: 13_000 }, (_, index) => `"${index}":0`)}}`,
    `"${"\\u0061".repeat(21_000)}"`,
  ];
  const { result, cpuMs } = cpuTimed(() => shapes.map(messageOf));
  expect(result).toEqual(shapes.map(() => undefined));
  expect(cpuMs).toBeLessThan(1_000);
});

const anyKey = fc.oneof(anyText, fc.constantFrom("__proto__", "constructor", "toString", ""));

const escaped = (text: string): string =>
  `"${Array.from({ length: text.length }, (_, index) => `\\u${text.charCodeAt(index).toString(16).padStart(4, "0")}`).join("")}"`;

/** An object with one duplicate key, nested at any depth, and the keys that lead there. */
const withRepeatedKey = (() => {
  const fields = fc.uniqueArray(fc.tuple(anyKey, fc.jsonValue()), {
    minLength: 1,
    maxLength: 5,
    selector: ([key]) => key,
  });
  const way = fc.array(fc.oneof(anyKey, fc.nat(3)), { maxLength: 5 });
  return fc
    .record({ fields, way, of: fc.nat(), at: fc.nat(), asCodes: fc.boolean(), value: fc.jsonValue() })
    .map(({ fields, way, of, at, asCodes, value }) => {
      const key = fields[of % fields.length]?.[0] ?? "";
      const members = fields.map(([name, sent]) => `${JSON.stringify(name)}:${JSON.stringify(sent)}`);
      const again = `${asCodes ? escaped(key) : JSON.stringify(key)}:${JSON.stringify(value)}`;
      const object = `{${members.toSpliced(at % (members.length + 1), 0, again)}}`;
      const text = way.reduceRight<string>(
        (inner, step) =>
          typeof step === "number" ? `[${"{},".repeat(step)}${inner}]` : `{${JSON.stringify(step)}:${inner}}`,
        object,
      );
      return { text, keys: [...way, key] };
    });
})();

describe("for any JSON,", () => {
  test("input without duplicate keys is parsed as JSON.parse parses it", () => {
    const anyValue = fc.jsonValue({ maxDepth: 20 });
    const indent = fc.constantFrom("", " ", "\t", "\r\n");
    fc.assert(
      fc.property(anyValue, indent, (value, space) => {
        const text = JSON.stringify(value, null, space);
        expect(parseJson(text)).toStrictEqual(JSON.parse(text));
      }),
    );
  });

  test("input with a duplicate key is rejected with the path to it", () => {
    fc.assert(
      fc.property(withRepeatedKey, ({ text, keys }) => {
        expect(messageOf(text)).toBe(`${fieldPath(keys)}: may be sent only once, got 2`);
      }),
      { numRuns: 300 },
    );
  });

  test("input with one character changed is parsed as JSON.parse parses it, or rejected with an error for the caller", () => {
    const character = fc.constantFrom(...'{}[],:"\\/u0-.eE+tfn \u0000\n\u00a0\u2028*'.split(""));
    fc.assert(
      fc.property(fc.jsonValue(), fc.nat(), character, (value, at, changed) => {
        const whole = [...JSON.stringify(value)];
        const text = whole.with(at % whole.length, changed).join("");
        if (messageOf(text) === undefined) expect(parseJson(text)).toStrictEqual(JSON.parse(text));
      }),
      { numRuns: 200 },
    );
  });
});
