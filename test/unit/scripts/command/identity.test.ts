import { expect, test } from "@jest/globals";
import { checkPlace } from "../../../../scripts/command/identity.ts";

const actual = { account: "123456789012", region: "eu-west-1", arn: "arn:aws:iam::123456789012:user/ops" };

test("a stage is deployed with credentials of the account and region that its settings fix, or any if they fix none", () => {
  expect(() => checkPlace({ stage: "dev" }, actual)).not.toThrow();
  expect(() =>
    checkPlace({ stage: "prod", account: actual.account, region: "eu-west-1" }, actual),
  ).not.toThrow();
});

test.each([
  [{ account: "999999999999" }, "account 999999999999 in eu-west-1"],
  [{ region: "us-east-1" }, "account 123456789012 in us-east-1"],
])("a stage is not deployed elsewhere: %j", (place, wanted) => {
  expect(() => checkPlace({ stage: "prod", ...place }, actual)).toThrow(
    `stage prod is deployed to ${wanted}, but the credentials are for 123456789012 in eu-west-1: set AWS_PROFILE and AWS_REGION`,
  );
});
