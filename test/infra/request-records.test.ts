import { beforeAll, describe, expect, test } from "@jest/globals";
import type { GivenSettings } from "../../lib/config.ts";
import { logQueries } from "../../lib/observability/log-queries.ts";
import { type Synthesised, synthesise } from "../support/synthesised.ts";

/**
 * What AWS services record about a request without the functions' doing: traces, logs and samples. A callback's query is a
 * signature, its path has ids of people, and the caller's address is personal data.
 */
const stages: [string, GivenSettings][] = [
  ["dev", {}],
  [
    "prod with a firewall and a domain",
    {
      production: true,
      waf: true,
      domain: {
        name: "bots.example.com",
        certificateArn: "arn:aws:acm:eu-west-1:123456789012:certificate/0a1b-2c",
      },
    },
  ],
];

describe.each(stages)("of a request to %s", (_name, settings) => {
  let deployment: Synthesised;
  beforeAll(() => {
    deployment = synthesise(settings);
  }, 60_000);

  const all = (type: string): Record<string, unknown>[] =>
    deployment.stacks.flatMap(({ template }) =>
      Object.values(template.Resources)
        .filter(({ Type }) => Type === type)
        .map(({ Properties }) => Properties),
    );
  const stage = () => {
    const [only, ...others] = all("AWS::ApiGateway::Stage");
    expect(others).toEqual([]);
    return only ?? {};
  };

  test("API Gateway records no trace: its segments contain the URL with its query, and the caller's address", () => {
    expect(stage().TracingEnabled).toBe(false);
  });

  test("Lambda records a trace of each function, which contains no URL", () => {
    for (const { TracingConfig } of all("AWS::Lambda::Function"))
      expect(TracingConfig).toEqual({ Mode: "Active" });
  });

  test("API Gateway writes no execution log, with data or without, for any method", () => {
    const settingsOfMethods = stage().MethodSettings as Record<string, unknown>[];
    expect(settingsOfMethods.length).toBeGreaterThan(5);
    for (const { LoggingLevel = "OFF", DataTraceEnabled = false } of settingsOfMethods)
      expect({ LoggingLevel, DataTraceEnabled }).toEqual({ LoggingLevel: "OFF", DataTraceEnabled: false });
    expect(stage().CanarySetting).toBeUndefined();
  });

  test("the access log has one line of JSON that can be looked up by its id", () => {
    expect(JSON.parse((stage().AccessLogSetting as { Format: string }).Format)).toMatchObject({
      requestId: "$context.requestId",
      route: "$context.resourcePath",
      status: "$context.status",
      latencyMs: "$context.responseLatency",
    });
  });

  test("the access log has nothing of what was sent, by whom or to whom: no path, query, header, body or address", () => {
    const { Format } = stage().AccessLogSetting as { Format: string };
    const variables = [...Format.matchAll(/\$[\w.]+/g)].map(([variable]) => variable);
    expect(variables).toHaveLength(11);
    for (const variable of variables) {
      expect(variable).toMatch(/^\$context\./);
      expect(variable).not.toMatch(/\.path$|identity|authorizer|querystring|header|body|input|xray|domain/i);
    }
  });

  test("the firewall writes no log and keeps no samples: both contain queries, headers and addresses", () => {
    expect(all("AWS::WAFv2::LoggingConfiguration")).toEqual([]);
    const acls = JSON.stringify(all("AWS::WAFv2::WebACL"));
    expect(acls).not.toContain('"SampledRequestsEnabled":true');
  });

  test("DynamoDB lists no most accessed keys, which contain ids of people", () => {
    expect(JSON.stringify(all("AWS::DynamoDB::GlobalTable"))).not.toMatch(
      /ContributorInsights[^}]*"Enabled":true/,
    );
    expect(all("AWS::CloudWatch::InsightRule")).toEqual([]);
  });

  test("metric filters have no dimensions taken from log lines", () => {
    const filters = all("AWS::Logs::MetricFilter");
    expect(filters.length).toBeGreaterThan(0);
    expect(JSON.stringify(filters)).not.toContain("Dimensions");
  });
});

test("saved queries ask for no query string, signature or address", () => {
  for (const { text } of logQueries) expect(text).not.toMatch(/query|signature|sourceIp|\bip\b|address/i);
});
