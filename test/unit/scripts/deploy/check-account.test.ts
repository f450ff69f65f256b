import { describe, expect, test } from "@jest/globals";
import { makeConfig } from "../../../../lib/config.ts";
import { checkAccount } from "../../../../scripts/deploy/check-account.ts";

describe("before a deployment, an account", () => {
  test("with AWS's usual limit passes without a word", () => {
    expect(checkAccount(undefined, { executions: 1_000 })).toEqual({
      passed: true,
      accountConcurrency: 1_000,
      lines: [],
    });
    expect(checkAccount(2_000, { executions: 2_000 })).toEqual({
      passed: true,
      accountConcurrency: undefined,
      lines: [],
    });
  });

  test("that is new is deployed to with settings that fit it, and the quota to request is named", () => {
    const { passed, accountConcurrency, lines } = checkAccount(undefined, { executions: 10 });
    expect(passed).toBe(true);
    expect(makeConfig({ stage: "prod", accountConcurrency })).toMatchObject({
      turnsInFlight: 3,
      reservedConcurrency: {},
    });
    expect(lines.join("\n")).toContain("Lambda allows this account 10 concurrent executions");
    expect(lines.join("\n")).toContain(
      "aws service-quotas request-service-quota-increase --service-code lambda --quota-code L-B99A9384 --desired-value 1000",
    );
  });

  test("that has less than cdk.json says is not deployed to", () => {
    const { passed, lines } = checkAccount(2_000, { executions: 1_000 });
    expect(passed).toBe(false);
    expect(lines[0]).toBe(
      "accountConcurrency: Lambda allows this account 1000 concurrent executions in this region, but the deployment assumes 2000.",
    );
    expect(lines.join("\n")).toContain("L-B99A9384 --desired-value 2000");
  });

  test("whose limit cannot be read is deployed to as cdk.json says, and that is said", () => {
    const { passed, accountConcurrency, lines } = checkAccount(undefined, {
      unknown: "not authorized",
    });
    expect({ passed, accountConcurrency }).toEqual({ passed: true, accountConcurrency: undefined });
    expect(lines).toEqual([
      "Lambda's limit of concurrent executions was not checked: not authorized.",
      "The deployment assumes 1000 (accountConcurrency in cdk.json). A new account may have as few as 10.",
    ]);
  });
});
