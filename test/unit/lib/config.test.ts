import { describe, expect, test } from "@jest/globals";
import * as fc from "fast-check";
import { makeConfig, makeConfigAt } from "../../../lib/config.ts";

const certificateArn = "arn:aws:acm:eu-west-1:123456789012:certificate/0a1b-2c";

describe("a config", () => {
  test("without settings is a development stage, in which nothing is retained and idle costs are zero", () => {
    expect(makeConfig()).toMatchObject({
      stage: "dev",
      production: false,
      waf: false,
      reservedConcurrency: {},
    });
  });

  test("of the stage prod is production, and any other may be", () => {
    expect(makeConfig({ stage: "prod" }).production).toBe(true);
    expect(makeConfig({ stage: "prod", production: false }).production).toBe(false);
    expect(makeConfig({ stage: "live", production: true }).production).toBe(true);
  });

  test.each([
    ["https://api.rong-api.com", true],
    ["https://api-b.sg-light-api.com", true],
    ["https://im.example.com", false],
    ["https://not-rong-api.com", false],
  ])("with %s behind the bridge passes calls through: %s", (rongcloudApiUrl, passThrough) => {
    expect(makeConfig({ rongcloudApiUrl }).passThrough).toBe(passThrough);
    expect(makeConfig({ rongcloudApiUrl, passThrough: !passThrough }).passThrough).toBe(!passThrough);
  });

  test("accepts a domain, apps, an alarm address and reserved concurrency", () => {
    const given = {
      apps: ["kj7swf8o", "local-app-key"],
      domain: { name: "bots.example.com", certificateArn },
      alarmEmail: "ops@example.com",
      reservedConcurrency: { "turn-worker": 100, about: 1 },
    };
    expect(makeConfig(given)).toMatchObject(given);
  });
});

describe("the console", () => {
  const given = { issuer: "https://idp.example.com", clientId: "console" };

  test("is off unless a setting asks for it, and then says who may sign in", () => {
    expect(makeConfig().console).toBeUndefined();
    expect(makeConfig({ console: { ...given, allowedGroups: ["operators"] } }).console).toEqual({
      ...given,
      allowedEmails: [],
      allowedGroups: ["operators"],
      groupsClaim: "groups",
      scopes: ["openid", "email", "profile"],
      sessionHours: 8,
    });
  });

  test.each([
    [given, "console: must name allowedEmails or allowedGroups: otherwise anyone with an account"],
    [{ ...given, allowedEmails: ["nobody"] }, "console.allowedEmails.0: must be an email address"],
    [
      { ...given, allowedGroups: ["a,b"] },
      "console.allowedGroups.0: must be 1–128 characters without commas",
    ],
    [
      { ...given, allowedGroups: ["a"], scopes: ["email"] },
      "console: scopes must contain openid: without it the provider does not say who has signed in",
    ],
    [
      { ...given, issuer: "http://idp.example.com", allowedGroups: ["a"] },
      "console: issuer must be an https URL",
    ],
    [
      { ...given, issuer: "idp", allowedGroups: ["a"] },
      "console.issuer: must be the issuer URL of an OpenID Connect provider",
    ],
    [{ ...given, allowedGroups: ["a"], sessionHours: 24 }, "console.sessionHours: must be at most 12"],
    [{ ...given, clientSecret: "x" }, "console.clientSecret: unknown setting"],
  ])("%j is refused: %s", (console, message) => {
    expect(() => makeConfig({ console })).toThrow(message);
  });
});

describe("many turns in one environment", () => {
  const managed = { capacity: "managed", subnets: ["subnet-0a1b2c3d"], securityGroups: ["sg-0a1b2c3d"] };

  test("are off unless a setting asks for them", () => {
    expect(makeConfig({ stage: "prod" })).toMatchObject({
      turnWorker: { capacity: "on-demand", subnets: [], securityGroups: [] },
      chat: { host: "function" },
    });
  });

  test("have a limit for each environment", () => {
    const config = makeConfig({ turnWorker: managed, chat: { host: "web", requestsPerEnvironment: 128 } });
    expect(config.turnWorker.turnsPerEnvironment).toBe(64);
    expect(config.chat.requestsPerEnvironment).toBe(128);
  });

  test("of a web function take nothing of the account's concurrency", () => {
    const given = { stage: "prod", chat: { host: "web" }, chatsInFlight: 5_000 };
    expect(makeConfig(given).reservedConcurrency).toEqual({ "im-callback": 100 });
    expect(() => makeConfig({ ...given, chat: { host: "function" } })).toThrow("accountConcurrency");
  });

  test.each([
    [
      { chat: { host: "web" }, reservedConcurrency: { "chat-stream": 500 } },
      'reservedConcurrency.chat-stream: must be omitted with chat.host "web": a Web Function has no reserved concurrency, and chatsInFlight bounds it',
    ],
    [
      { turnWorker: managed, reservedConcurrency: { "turn-worker": 200 } },
      'reservedConcurrency.turn-worker: must be omitted with turnWorker.capacity "managed"',
    ],
    [
      { turnWorker: { capacity: "managed", subnets: ["subnet-0a1b2c3d"] } },
      'turnWorker: must name subnets and securityGroups with the capacity "managed": its instances run in your VPC',
    ],
    [
      { turnWorker: { subnets: ["subnet-0a1b2c3d"] } },
      'turnWorker: must name no subnets and securityGroups with the capacity "on-demand"',
    ],
    [{ turnWorker: { capacity: "ec2" } }, "turnWorker.capacity: must be on-demand or managed"],
    [{ turnWorker: { ...managed, subnets: ["vpc-1"] } }, "turnWorker.subnets.0: must be the id of a subnet"],
    [
      { turnWorker: { ...managed, turnsPerEnvironment: 65 } },
      "turnWorker.turnsPerEnvironment: must be at most 64",
    ],
    [{ chat: { host: "lambda" } }, "chat.host: must be function or web"],
    [
      { chat: { host: "web", requestsPerEnvironment: 129 } },
      "chat.requestsPerEnvironment: must be at most 128",
    ],
  ])("%j is refused", (given, message) => {
    expect(() => makeConfig(given)).toThrow(message);
  });
});

describe("a wrong config", () => {
  test.each([
    [{ stage: "Not A Stage" }, "stage: must be at most 16 lower-case letters, digits and hyphens"],
    [{ production: "yes" }, "production: must be true or false"],
    [{ apps: "kj7swf8o" }, "apps: must be an array of App Keys"],
    [{ apps: ["a", "b c"] }, "apps.1: must be an App Key"],
    [
      { apps: Array.from({ length: 40 }, () => "a".repeat(60)) },
      "apps: must be at most 2000 characters together: leave it empty",
    ],
    [{ defaultEndpoint: false }, "defaultEndpoint: must be true without a domain"],
    [
      { region: "eu-central-1", domain: { name: "bots.example.com", certificateArn } },
      "domain: certificateArn must be in the stage's region eu-central-1, got eu-west-1",
    ],
    [
      { account: "999999999999", domain: { name: "bots.example.com", certificateArn } },
      "domain: certificateArn must be in the stage's account 999999999999, got 123456789012",
    ],
    [{ region: "Frankfurt" }, "region: must be an AWS region, such as eu-central-1"],
    [{ account: "1234" }, "account: must be an AWS account id, a string of 12 digits"],
    [{ domain: "bots.example.com" }, "domain: must be an object of name and certificateArn"],
    [
      { domain: { name: "bots.example.com", certificateArn: "arn:aws:iam" } },
      "domain.certificateArn: must be",
    ],
    [{ domain: { name: "https://bots.example.com", certificateArn } }, "domain.name: must be a host name"],
    [{ logRetentionDays: 31 }, "logRetentionDays: must be one of 1, 3, 5"],
    [{ alarmEmail: "ops" }, "alarmEmail: must be an email address"],
    [{ waf: 1 }, "waf: must be true or false"],
    [{ botsPerApp: 0 }, "botsPerApp: must be at least 1"],
    [{ turnsInFlight: 1 }, "turnsInFlight: must be at least 2"],
    [{ webhooksInFlight: 1001 }, "webhooksInFlight: must be at most 1000"],
    [{ reservedConcurrency: { "turn-wroker": 5 } }, "reservedConcurrency.turn-wroker: unknown setting"],
    [
      { reservedConcurrency: { "turn-worker": 99 } },
      "reservedConcurrency.turn-worker: must be at least turnsInFlight",
    ],
    [{ userTokenHours: 721 }, "userTokenHours: must be at most 720"],
    [{ turnsPerMinute: 0 }, "turnsPerMinute: must be at least 1"],
    [{ turnsAtOnce: 1.5 }, "turnsAtOnce: must be an integer"],
    [{ corsOrigins: ["example.com"] }, "corsOrigins.0: must be an origin"],
    [{ corsOrigins: ["https://www.example.com/"] }, "corsOrigins.0: must be an origin"],
    [{ corsOrigins: ["*", "https://*.example.com"] }, "corsOrigins.1: must be an origin"],
    [{ rongCloudUrl: "https://x" }, "rongCloudUrl: unknown setting"],
  ])("%o is reported with its field and the rule", (given, message) => {
    expect(() => makeConfig(given)).toThrow(`config: ${message}`);
  });

  test("is reported with all mistakes at once", () => {
    const given = { stage: "X", waf: "on", nosuch: 1, domain: { name: "x" }, botsPerApp: "ten" };
    expect(() => makeConfig(given)).toThrow(
      /stage: .*; .*domain\.name: .*; .*domain\.certificateArn: .*; .*waf: .*; .*botsPerApp: .*; .*nosuch: /,
    );
  });

  test("is rejected, whatever it is, and never partly applied", () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom("stage", "apps", "domain", "waf", "x"), fc.anything()),
        (given) => {
          try {
            expect(makeConfig(given)).toMatchObject({ botsPerApp: 10 });
          } catch (error) {
            expect(String(error)).toMatch(/^Error: config: (stage|apps|domain|waf|x)[.:]/);
          }
        },
      ),
    );
  });
});

describe("a config for the place of the credentials", () => {
  const domain = { name: "bots.example.com", certificateArn };
  const here = { account: "123456789012", region: "eu-west-1" };

  test("does not contain it, so that templates are the same without credentials", () => {
    expect(makeConfigAt(here, { domain })).toEqual(makeConfig({ domain }));
  });

  test.each([
    [{ region: "us-east-1" }, "certificateArn must be in the stage's region us-east-1, got eu-west-1"],
    [{ account: "999999999999" }, "certificateArn must be in the stage's account 999999999999"],
  ])("refuses a certificate that is elsewhere, although the stage names no place: %o", (other, fault) => {
    expect(() => makeConfigAt({ ...here, ...other }, { domain })).toThrow(`config: domain: ${fault}`);
    expect(() => makeConfigAt({ ...here, ...other }, { domain, ...here })).not.toThrow();
  });
});
