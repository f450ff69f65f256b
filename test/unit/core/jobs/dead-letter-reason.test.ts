import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { shownReason } from "#core/jobs/dead-letter-reason.ts";

test.each([
  ["HTTP 404", "HTTP 404"],
  ["the conversation was busy for 20 minutes", "the conversation was busy for 20 minutes"],
  ["the IM: timeout", "the IM: timeout"],
  ["BridgeError: the IM: timeout", "the IM: timeout"],
  [
    "BridgeError: the secret arn:aws-cn:secretsmanager:cn-north-1:123456789012:secret:apps-x has an invalid value",
    "the secret (ARN) has an invalid value",
  ],
  [
    "AccessDeniedException: User: arn:aws:sts::123456789012:assumed-role/x is not authorized",
    "internal error (AccessDeniedException)",
  ],
  ["Error: connect ECONNREFUSED 10.0.0.1:443\n    at x", "internal error (Error)"],
])("the reason %s is shown as %s", (reason, shown) => {
  expect(shownReason({ reason, tries: 3 })).toBe(shown);
});

test("a job that SQS moved has a reason too", () => {
  expect(shownReason(undefined)).toBe("no worker completed it");
});

test("no error of AWS or Node shows more than its name", () => {
  const name = fc.constantFrom("Error", "TypeError", "ThrottlingException", "ResourceNotFoundException");
  fc.assert(
    fc.property(name, fc.string(), (errorName, message) => {
      expect(shownReason({ reason: `${errorName}: ${message}`, tries: 1 })).toBe(
        `internal error (${errorName})`,
      );
    }),
  );
});
