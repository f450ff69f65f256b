import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { shownReason } from "#core/shared/shown-reason.ts";

test.each([
  ["HTTP 404", "HTTP 404"],
  ["turn: must not be empty", "turn: must not be empty"],
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
  expect(shownReason(reason)).toBe(shown);
});

test("no error of AWS or Node shows more than its name", () => {
  const name = fc.constantFrom("Error", "TypeError", "ThrottlingException", "ResourceNotFoundException");
  fc.assert(
    fc.property(name, fc.string(), (errorName, message) => {
      expect(shownReason(`${errorName}: ${message}`)).toBe(`internal error (${errorName})`);
    }),
  );
});
