import { describe, expect, test } from "@jest/globals";
import { programEnvironment, testEnvironment } from "../../../../scripts/test/environment.ts";

const machine = { PATH: "/bin", HOME: "/home/ann", TMPDIR: "/tmp" };
const ofTests = { NO_COLOR: "1", CHROME_PATH: "/bin/chrome", DYNAMODB_ENDPOINT: "http://127.0.0.1:8000" };
const shell = {
  ...machine,
  ...ofTests,
  APP_SECRET: "of the shell",
  AWS_PROFILE: "production",
  NODE_OPTIONS: "--inspect",
  npm_config_loglevel: "silly",
  TZ: "Asia/Kolkata",
  UNSET: undefined,
};

describe("a shell's environment variables", () => {
  test("reach the tests if they are meant for the tests", () => {
    expect(testEnvironment(shell)).toEqual({ ...machine, ...ofTests });
  });

  test("do not reach the programs that tests start", () => {
    expect(programEnvironment(shell)).toEqual(machine);
  });

  test("are recognised in any case, as on Windows", () => {
    expect(programEnvironment({ Path: "C:\\bin" })).toEqual({ Path: "C:\\bin" });
  });
});
