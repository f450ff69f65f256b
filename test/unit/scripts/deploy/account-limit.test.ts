import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { readAccountLimit } from "../../../../scripts/deploy/account-limit.ts";
import { closeAfterEach } from "../../../support/close-after.ts";

/** A folder with a program `aws` that records its call and does what `script` says; without a script, an empty folder. */
const fakeCli = (script?: string) => {
  const folder = mkdtempSync(join(tmpdir(), "bot-bridge-aws-"));
  closeAfterEach({ close: async () => rmSync(folder, { recursive: true }) });
  const calls = join(folder, "calls");
  if (script !== undefined)
    writeFileSync(join(folder, "aws"), `#!/bin/sh\necho "$* $AWS_DEFAULT_REGION" >> ${calls}\n${script}\n`, {
      mode: 0o755,
    });
  return {
    environment: { PATH: folder, AWS_REGION: "eu-west-1" },
    calls: () => readFileSync(calls, "utf8").trim(),
  };
};

test("the limit is asked of Lambda with the AWS CLI, in the region and with the profile of the deployment", async () => {
  const { environment, calls } = fakeCli(
    `echo '{"AccountLimit": {"ConcurrentExecutions": 10, "UnreservedConcurrentExecutions": 10}, "AccountUsage": {}}'`,
  );
  expect(await readAccountLimit({ profile: "work", environment })).toEqual({ executions: 10 });
  expect(calls()).toBe("lambda get-account-settings --output json --profile work eu-west-1");
});

test.each([
  ["the CLI is not installed", undefined, "the AWS CLI is not installed"],
  [
    "the caller may not ask",
    `echo >&2; echo "An error occurred (AccessDeniedException): not authorized" >&2; exit 254`,
    "An error occurred (AccessDeniedException): not authorized",
  ],
  [
    "the answer is something else",
    "echo '{}'",
    "the AWS CLI's answer has no AccountLimit.ConcurrentExecutions",
  ],
  ["the answer is no JSON", "echo hello", "the AWS CLI's answer has no AccountLimit.ConcurrentExecutions"],
])("the limit is unknown if %s", async (_why, script, unknown) => {
  const { environment } = fakeCli(script);
  expect(await readAccountLimit({ profile: undefined, environment })).toEqual({ unknown });
});
