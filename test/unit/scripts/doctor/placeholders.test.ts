import { randomBytes } from "node:crypto";
import { describe, expect, test } from "@jest/globals";
import { localApp } from "../../../../local/secret-value.ts";
import { findPlaceholders } from "../../../../scripts/doctor/placeholders.ts";
import { app, namedKey } from "../../adapters/secrets/apps.ts";

const random = (id: string) => ({ id, key: randomBytes(32) });
const generated = app({ dataKeys: [random("d1")], tokenKeys: [random("t1")] });
const textsOf = (given: Parameters<typeof app>[0]): string[] =>
  findPlaceholders({ ...generated, ...given }).map(({ text }) => text);

describe("placeholders in a secret", () => {
  test("are none in a secret with generated keys", () => {
    expect(findPlaceholders(generated)).toEqual([]);
  });

  test.each(["<App Secret>", "app-secret-1", "local-app-secret"])("include the App Secret %s", (secret) => {
    expect(textsOf({ secrets: ["a-real-one", secret] })).toEqual(["app-one: an App Secret is a placeholder"]);
  });

  test("include keys of equal bytes, each by its id", () => {
    expect(textsOf({ dataKeys: [random("d1"), namedKey("d0", 0)], tokenKeys: [namedKey("t0", 9)] })).toEqual([
      "app-one: data key d0 is not a random key",
      "app-one: token key t0 is not a random key",
    ]);
  });

  test("include the keys of a local run, which anybody can derive", () => {
    const { dataKeys, tokenKeys } = localApp("app-one", "any");
    expect(textsOf({ dataKeys, tokenKeys })).toEqual([
      "app-one: data key local is not a random key",
      "app-one: token key local is not a random key",
    ]);
  });

  test("include a key that is used for both purposes", () => {
    const key = random("k1");
    expect(textsOf({ dataKeys: [key], tokenKeys: [key] })).toEqual([
      "app-one: token key k1 is a data key as well",
    ]);
  });
});
