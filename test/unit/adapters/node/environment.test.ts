import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import * as v from "valibot";
import { flag, nonEmptyString, parseEnvironment, positiveInteger } from "#adapters/node/environment.ts";
import { BridgeError } from "#core/shared/errors.ts";

const schema = v.object({
  TEST_TABLE: nonEmptyString,
  TEST_SECRET: nonEmptyString,
  TEST_LIMIT: positiveInteger,
  TEST_PRIVATE: flag,
});
const whole = { TEST_TABLE: "bots", TEST_SECRET: "hunter2", TEST_LIMIT: "10", TEST_PRIVATE: "0" };

const read = (given: Readonly<Record<string, string | undefined>> = {}) => {
  for (const [name, value] of Object.entries({ ...whole, ...given })) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
  return parseEnvironment(schema);
};

const failureOf = (given: Readonly<Record<string, string | undefined>>): BridgeError => {
  try {
    read(given);
  } catch (error) {
    if (error instanceof BridgeError) return error;
    throw error;
  }
  throw new Error("parsing succeeded");
};

describe("a function's environment", () => {
  let before: NodeJS.ProcessEnv;
  beforeEach(() => {
    before = { ...process.env };
  });
  afterEach(() => {
    for (const name of Object.keys(whole)) delete process.env[name];
    Object.assign(process.env, before);
  });

  test("is parsed into strings, numbers and booleans", () => {
    expect(read()).toEqual({
      TEST_TABLE: "bots",
      TEST_SECRET: "hunter2",
      TEST_LIMIT: 10,
      TEST_PRIVATE: false,
    });
    expect(read({ TEST_PRIVATE: "1" }).TEST_PRIVATE).toBe(true);
  });

  test("lists everything that is missing, at once", () => {
    const { message } = failureOf({ TEST_TABLE: undefined, TEST_LIMIT: undefined });
    expect(message).toMatch(/TEST_TABLE.*TEST_LIMIT/);
    expect(message).not.toMatch(/TEST_SECRET|TEST_PRIVATE/);
  });

  test.each([
    ["TEST_TABLE", ""],
    ["TEST_LIMIT", "0"],
    ["TEST_LIMIT", "-1"],
    ["TEST_LIMIT", "1.5"],
    ["TEST_LIMIT", "1e3"],
    ["TEST_LIMIT", "hunter2"],
    ["TEST_LIMIT", " 10"],
    ["TEST_PRIVATE", "true"],
    ["TEST_PRIVATE", ""],
  ])("with %s=%p is rejected by that name, and no value is revealed", (name, value) => {
    const failure = failureOf({ [name]: value });
    expect(failure.message).toContain(name);
    expect(failure).toMatchObject({ code: "internal", expose: false });
    expect(`${failure.stack} ${JSON.stringify(failure)}`).not.toContain("hunter2");
  });
});
