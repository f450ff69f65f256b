import { spawnSync } from "node:child_process";
import { describe, expect, test } from "@jest/globals";
import { documentFile } from "../../openapi/document-file.ts";
import { programEnvironment } from "../../scripts/test/environment.ts";
import { projectRoot } from "../support/local-run.ts";

/** Its exit status, and what it printed if it found something. */
const lint = (...command: readonly string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, command, {
    cwd: projectRoot,
    encoding: "utf8",
    env: { ...programEnvironment(process.env), REDOCLY_SUPPRESS_UPDATE_NOTICE: "true" },
  });
  return { status, printed: status === 0 ? "" : stdout + stderr };
};

describe("the OpenAPI document", () => {
  test("passes Redocly with the rules of redocly.yaml", () => {
    expect(lint("node_modules/@redocly/cli/bin/cli.js", "lint", documentFile)).toEqual({
      status: 0,
      printed: "",
    });
  }, 60_000);

  test("passes Spectral with the rules of .spectral.yaml, without a warning or a hint", () => {
    const cli = "node_modules/@stoplight/spectral-cli/dist/index.js";
    expect(lint(cli, "lint", documentFile, "--fail-severity", "hint")).toEqual({ status: 0, printed: "" });
  }, 60_000);
});
