import { beforeEach, describe, expect, test } from "@jest/globals";
import { makeConfig } from "../../../../lib/config.ts";
import { checkDomain } from "../../../../scripts/deploy/check-domain.ts";
import { type FakeAws, startAws } from "../../../support/aws.ts";
import { closeAfterEach } from "../../../support/close-after.ts";

const name = "bots.example.com";
const certificateArn = "arn:aws:acm:eu-west-1:123456789012:certificate/0a1b-2c";
const domain = { name, certificateArn };
const target = "d-abc.execute-api.eu-west-1.amazonaws.com";
const outputs = { Url: "https://abc.execute-api.eu-west-1.amazonaws.com/dev/", DomainTarget: target };
const stack = "bot-bridge-dev-api";

let aws: FakeAws;
beforeEach(async () => {
  aws = closeAfterEach(await startAws());
});

/** Checks with a name service in which these hosts lead to the target. */
const check = (settings: object, ...leading: string[]) =>
  checkDomain(makeConfig({ ...settings }), {
    aws: aws.config,
    pointsTo: async (host, wanted) => wanted === target && leading.includes(host),
  });

describe("before a deployment, a domain", () => {
  test("that is added need not resolve: AWS's own address still works", async () => {
    expect(await check({})).toBe("AWS's own");
    expect(await check({ domain })).toBe("bots.example.com, and AWS's own");
  });

  test("that becomes the only address must lead to the API, or nobody would reach it", async () => {
    aws.account.stacks[stack] = { outputs };
    await expect(check({ domain, defaultEndpoint: false })).rejects.toThrow(
      `defaultEndpoint: must be true until ${name} leads to the API. Point its CNAME record to ${target}, and wait until it resolves: docs/deploy.md#use-your-own-domain`,
    );
    expect(await check({ domain, defaultEndpoint: false }, name)).toBe(name);
  });

  test.each([
    ["the stage is not deployed", undefined],
    ["the stage has no domain yet", { Url: outputs.Url }],
  ])("must be added first if %s", async (_when, deployed) => {
    if (deployed) aws.account.stacks[stack] = { outputs: deployed };
    await expect(check({ domain, defaultEndpoint: false }, name)).rejects.toThrow(
      `defaultEndpoint: deploy ${name} with true first, so that it has a target: docs/deploy.md#use-your-own-domain`,
    );
  });

  test("that is the only address already is not looked up: the deployment may repair it", async () => {
    aws.account.stacks[stack] = { outputs: { ...outputs, Url: `https://${name}/` } };
    expect(await check({ domain, defaultEndpoint: false })).toBe(name);
  });

  test("is not checked if the caller may not describe the stack, and that is said", async () => {
    aws.account.denied.add("DescribeStacks");
    expect(await check({ domain, defaultEndpoint: false })).toBe(
      `not checked: cloudformation:DescribeStacks on ${stack} is denied`,
    );
  });
});
