import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { seal, unseal } from "#adapters/secrets/key-cipher.ts";
import { anyText } from "../node/any-text.ts";
import { namedKey } from "./apps.ts";

const [older, newer] = [namedKey("d1", 1), namedKey("d2", 2)];
const context = ["app-one", "bot-helpdesk", "dify_chat"];

/** The ciphertext with its bytes changed by `change`. */
const withBytes = (sealed: string, change: (bytes: Buffer) => Buffer): string => {
  const [id, body = ""] = sealed.split(".");
  return `${id}.${change(Buffer.from(body, "base64")).toString("base64")}`;
};

describe("an encrypted key", () => {
  test("decrypts to the original in any script, for the context it was encrypted for", () => {
    const any = fc.array(anyText, { maxLength: 4 });
    fc.assert(
      fc.property(anyText, any, (given, bound) => {
        expect(unseal([older], seal([older], given, bound), bound)).toBe(given);
      }),
    );
  });

  test("does not reveal the original, and looks different each time", () => {
    const sealed = Array.from({ length: 100 }, () => seal([older], "app-1234567890", context));
    expect(new Set(sealed).size).toBe(100);
    for (const each of sealed) {
      expect(each).not.toContain("app-1234567890");
      expect(Buffer.from(each.slice(3), "base64").toString("latin1")).not.toContain("app-");
    }
  });

  test.each([
    ["another app's", ["app-two", "bot-helpdesk", "dify_chat"]],
    ["another bot's", ["app-one", "bot-sales", "dify_chat"]],
    ["another integration's", ["app-one", "bot-helpdesk", "dify_workflow"]],
    ["nobody's", []],
    ["one whose ids only look the same when concatenated", ["app-onebot-helpdesk", "dify_chat"]],
    ["one whose ids contain the separators of JSON", ['app-one","bot-helpdesk', "dify_chat"]],
  ])("does not decrypt as %s", (_name, other) => {
    const sealed = seal([older], "app-1234567890", context);
    expect(() => unseal([older], sealed, other)).toThrow();
  });

  test("does not decrypt with any bit changed", () => {
    fc.assert(
      fc.property(anyText, fc.nat(), fc.integer({ min: 0, max: 7 }), (given, place, bit) => {
        const changed = withBytes(seal([older], given, context), (bytes) => {
          const at = place % bytes.length;
          bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << bit), at);
          return bytes;
        });
        expect(() => unseal([older], changed, context)).toThrow();
      }),
    );
  });

  test.each(["", "a", "app-1234567890"])("of %p does not decrypt when shortened or extended", (given) => {
    const sealed = seal([older], given, context);
    const whole = Buffer.from(sealed.slice(3), "base64").length;
    for (let length = 0; length < whole; length += 1) {
      const cut = withBytes(sealed, (bytes) => bytes.subarray(0, length));
      expect(() => [length, unseal([older], cut, context)]).toThrow();
    }
    const longer = withBytes(sealed, (bytes) => Buffer.concat([bytes, Buffer.from([0])]));
    expect(() => unseal([older], longer, context)).toThrow();
  });

  test("does not decrypt with another key of the same name", () => {
    const sealed = seal([older], "app-1234567890", context);
    expect(() => unseal([namedKey("d1", 9)], sealed, context)).toThrow();
  });

  test.each(["", ".", "d1", "d1.", "d1.AAAA", "d9.AAAA", "no ciphertext at all"])(
    "does not decrypt as %p, which is not a ciphertext",
    (sealed) => {
      expect(() => unseal([older], sealed, context)).toThrow();
    },
  );

  test("whose key was removed names that key, and nothing of its content", () => {
    const sealed = seal([older], "app-1234567890", context);
    expect(() => unseal([newer], sealed, context)).toThrow("no data key with the id d1");
  });
});

describe("while a key is rotated", () => {
  test("the first encrypts, and both decrypt", () => {
    const [before, after] = [seal([older], "one", context), seal([newer, older], "two", context)];
    expect(after).toMatch(/^d2\./);
    expect(unseal([newer, older], before, context)).toBe("one");
    expect(unseal([newer, older], after, context)).toBe("two");
    expect(() => unseal([older], after, context)).toThrow("no data key with the id d2");
  });
});
