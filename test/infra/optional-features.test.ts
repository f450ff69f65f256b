import { beforeAll, describe, expect, test } from "@jest/globals";
import { Match } from "aws-cdk-lib/assertions";
import { consoleSettings, namesWithoutConsole } from "../support/console-settings.ts";
import { type Synthesised, synthesise } from "../support/synthesised.ts";

const certificateArn = "arn:aws:acm:eu-west-1:123456789012:certificate/0a1b-2c";
let plain: Synthesised;
let chosen: Synthesised;
beforeAll(() => {
  plain = synthesise();
  chosen = synthesise({
    apps: ["app-one", "app-two"],
    domain: { name: "bots.example.com", certificateArn },
    defaultEndpoint: false,
    apiGatewayLogRole: false,
    logRetentionDays: 90,
    waf: true,
    webhooksInFlight: 20,
    reservedConcurrency: { "webhook-worker": 20, "chat-stream": 500 },
  });
}, 60_000);

const functions = ({ templates }: Synthesised) =>
  [templates.api, templates.messaging].flatMap((template) =>
    Object.values(template.findResources("AWS::Lambda::Function")),
  );

describe("a domain", () => {
  test("is added to AWS's own address first, which stays until the domain resolves", () => {
    const { api } = synthesise({ domain: { name: "bots.example.com", certificateArn } }).templates;
    api.resourceCountIs("AWS::ApiGateway::DomainName", 1);
    api.hasResourceProperties("AWS::ApiGateway::RestApi", { DisableExecuteApiEndpoint: false });
    api.hasOutput("Url", { Value: { "Fn::Join": Match.anyValue() } });
  });

  test("is the API's only address once the other is turned off, with TLS 1.2 or later", () => {
    chosen.templates.api.hasResourceProperties("AWS::ApiGateway::DomainName", {
      DomainName: "bots.example.com",
      SecurityPolicy: "TLS_1_2",
      RegionalCertificateArn: certificateArn,
      EndpointConfiguration: { Types: ["REGIONAL"] },
    });
    chosen.templates.api.hasResourceProperties("AWS::ApiGateway::RestApi", {
      DisableExecuteApiEndpoint: true,
    });
    chosen.templates.api.hasOutput("Url", { Value: "https://bots.example.com/" });
    chosen.templates.api.hasOutput("DomainTarget", {
      Value: { "Fn::GetAtt": [Match.stringLikeRegexp("Domain"), "RegionalDomainName"] },
    });
  });

  test("is optional: AWS gives the API an address", () => {
    plain.templates.api.resourceCountIs("AWS::ApiGateway::DomainName", 0);
    plain.templates.api.hasResourceProperties("AWS::ApiGateway::RestApi", {
      DisableExecuteApiEndpoint: false,
    });
  });
});

describe("the console", () => {
  const routesOf = ({ assembly }: Synthesised) =>
    assembly.restApis.flatMap(({ routes }) => routes).filter(({ path }) => path.startsWith("/console"));
  const consolesOf = ({ templates }: Synthesised) =>
    Object.entries(templates.api.findResources("AWS::Lambda::Function")).flatMap(([id, { Properties }]) =>
      id.startsWith("Console") ? [Properties.Environment.Variables] : [],
    );
  /** The API's address of AWS, with what follows it. */
  const awsUrlWith = (rest: string) => ({
    "Fn::Join": [
      "",
      [
        "https://",
        { Ref: expect.stringMatching(/^Api/) },
        ".execute-api.",
        { Ref: "AWS::Region" },
        ".",
        { Ref: "AWS::URLSuffix" },
        `/test${rest}`,
      ],
    ],
  });

  test("is not deployed by default: no function, no route, no output", () => {
    expect(routesOf(plain)).toEqual([]);
    expect(consolesOf(plain)).toEqual([]);
    expect(plain.templates.api.findOutputs("ConsoleUrls")).toEqual({});
  });

  test("is one function behind the API, which streams its files as they are", () => {
    const deployed = synthesise({ console: consoleSettings });
    expect(routesOf(deployed)).toMatchObject(
      ["GET /console", "GET /console/{proxy+}", "POST /console/{proxy+}"].map((route) => {
        const [method, path] = route.split(" ");
        return { method, path, integration: { transfer: "STREAM" } };
      }),
    );
    expect(consolesOf(deployed)).toEqual([
      expect.objectContaining({
        API_URLS: awsUrlWith(""),
        OIDC_ISSUER: "https://idp.example.com",
        OIDC_CLIENT_ID: "console-client",
        OIDC_SCOPES: "openid,email,profile",
        OIDC_GROUPS_CLAIM: "groups",
        ALLOWED_EMAILS: "operator@example.com",
        ALLOWED_GROUPS: "",
        SESSION_HOURS: "8",
        ALLOW_PRIVATE_CALLBACKS: "0",
      }),
    ]);
  });

  test.each([
    [{ defaultEndpoint: false }, "https://bots.example.com"],
    [{}, awsUrlWith(",https://bots.example.com")],
  ])("knows the API's addresses with a domain and %j", (settings, urls) => {
    const domain = { name: "bots.example.com", certificateArn };
    const [environment] = consolesOf(synthesise({ ...settings, domain, console: consoleSettings }));
    expect(environment?.API_URLS).toEqual(urls);
  });

  test("is behind the firewall's limit of each address too, which lets long codes of sign-in providers pass", () => {
    const { api } = synthesise({ waf: true, console: consoleSettings }).templates;
    const [{ Properties } = { Properties: { Rules: [] } }] = Object.values(
      api.findResources("AWS::WAFv2::WebACL"),
    );
    expect(Properties.Rules[1].Statement.ManagedRuleGroupStatement.RuleActionOverrides).toContainEqual({
      Name: "SizeRestrictions_QUERYSTRING",
      ActionToUse: { Count: {} },
    });
    const { ScopeDownStatement } = Properties.Rules[0].Statement.RateBasedStatement;
    expect(
      ScopeDownStatement.OrStatement.Statements.map(
        (each: { ByteMatchStatement: { SearchString: string } }) => each.ByteMatchStatement.SearchString,
      ),
    ).toEqual(["/v1/bots/", "/console"]);
  });
});

describe("the account's role for API Gateway's logs", () => {
  test("is set, and stays when the stack is deleted, unless something else manages it", () => {
    plain.templates.api.hasResource("AWS::ApiGateway::Account", { DeletionPolicy: "Retain" });
    chosen.templates.api.resourceCountIs("AWS::ApiGateway::Account", 0);
  });
});

describe("a stage", () => {
  test("is deployed to the account and region that its settings fix", () => {
    const fixed = synthesise({ account: "123456789012", region: "eu-west-1" });
    expect(fixed.environments).toEqual(["aws://123456789012/eu-west-1"]);
    expect(plain.environments).toEqual(["aws://unknown-account/unknown-region"]);
  });
});

describe("a firewall", () => {
  test("protects the stage if the config asks for it, and limits addresses on the routes that users call", () => {
    chosen.templates.api.resourceCountIs("AWS::WAFv2::WebACLAssociation", 1);
    chosen.templates.api.hasResourceProperties("AWS::WAFv2::WebACL", {
      Scope: "REGIONAL",
      Rules: [
        Match.objectLike({
          Statement: {
            RateBasedStatement: Match.objectLike({
              AggregateKeyType: "IP",
              ScopeDownStatement: {
                ByteMatchStatement: Match.objectLike({ SearchString: "/v1/bots/" }),
              },
            }),
          },
        }),
        ...["AWSManagedRulesCommonRuleSet", "AWSManagedRulesKnownBadInputsRuleSet"].map((Name) =>
          Match.objectLike({
            Statement: { ManagedRuleGroupStatement: Match.objectLike({ VendorName: "AWS", Name }) },
          }),
        ),
      ],
    });
  });

  test("blocks no one for what they write to a bot: rules about bodies only count", () => {
    const [{ Properties } = { Properties: { Rules: [] } }] = Object.values(
      chosen.templates.api.findResources("AWS::WAFv2::WebACL"),
    );
    const overrides: { Name: string; ActionToUse: object }[] = [1, 2].flatMap(
      (rule) => Properties.Rules[rule].Statement.ManagedRuleGroupStatement.RuleActionOverrides,
    );
    for (const { ActionToUse } of overrides) expect(ActionToUse).toEqual({ Count: {} });
    const counted = overrides.map(({ Name }) => Name);
    for (const rule of [
      "SizeRestrictions",
      "CrossSiteScripting",
      "GenericLFI",
      "GenericRFI",
      "EC2MetaDataSSRF",
      "Log4JRCE",
      "JavaDeserializationRCE",
    ]) {
      expect(counted).toContain(`${rule}_BODY`);
    }
  });

  test("is not deployed by default", () => {
    plain.templates.api.resourceCountIs("AWS::WAFv2::WebACL", 0);
  });
});

describe("every function", () => {
  test("runs on Node 24 on arm64, is traced, and logs JSON", () => {
    for (const { Properties } of functions(plain)) {
      expect(Properties).toMatchObject({
        Runtime: "nodejs24.x",
        Architectures: ["arm64"],
        Handler: "index.handler",
        TracingConfig: { Mode: "Active" },
        LoggingConfig: { LogFormat: "JSON" },
      });
      expect(Properties.Environment.Variables.NODE_OPTIONS).toBe("--enable-source-maps");
    }
  });

  test("shares the account's concurrency unless the config reserves some for it", () => {
    const reserved = (deployment: Synthesised) =>
      functions(deployment).flatMap(({ Properties }) => Properties.ReservedConcurrentExecutions ?? []);
    expect(reserved(plain)).toEqual([]);
    expect(reserved(chosen).sort((one, other) => one - other)).toEqual([20, 500]);
  });

  test("that reads the apps' secrets gets the list of required apps", () => {
    const appsSettings = (deployment: Synthesised) =>
      functions(deployment).flatMap(({ Properties: { Environment } }) => Environment.Variables.APPS ?? []);
    const readers = namesWithoutConsole.filter((name) => name !== "about" && name !== "turn-starter");
    expect(appsSettings(chosen)).toEqual(readers.map(() => "app-one,app-two"));
    expect(appsSettings(plain)).toEqual(readers.map(() => ""));
  });
});

test.each([
  ["a month", () => plain, 30],
  ["as long as the config says", () => chosen, 90],
] as const)("every log is kept for %s", (_how, deployment, days) => {
  const logs = [deployment().templates.api, deployment().templates.messaging].flatMap((template) =>
    Object.values(template.findResources("AWS::Logs::LogGroup")),
  );
  // One of each function, and the access log.
  expect(logs).toHaveLength(namesWithoutConsole.length + 1);
  for (const { Properties } of logs) expect(Properties.RetentionInDays).toBe(days);
});
