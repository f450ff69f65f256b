import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "@jest/globals";
import { Match } from "aws-cdk-lib/assertions";
import { type JobStage, jobMetrics, makeReportJob } from "#core/jobs/job-report.ts";
import { accessLogFormat } from "../../lib/access-log.ts";
import { generatedDimensions } from "../../scripts/deploy/watched-names.ts";
import { namesWithoutConsole } from "../support/console-settings.ts";
import { type EmittedMetric, emittedMetrics } from "../support/emitted-metrics.ts";
import { webhookJob } from "../support/jobs.ts";
import { projectRoot } from "../support/local-run.ts";
import { makeMemoryLog } from "../support/memory-log.ts";
import { makeMemoryMetrics } from "../support/memory-metrics.ts";
import { pseudonymOf } from "../support/pseudonyms.ts";
import { makeTestClock } from "../support/test-clock.ts";
import { type MetricUse, type SynthesizedOps, synthesizeOps } from "./observability.ts";

let ops: SynthesizedOps;
let emitted: EmittedMetric[];
beforeAll(async () => {
  ops = synthesizeOps();
  emitted = await emittedMetrics("bot-bridge-test");
}, 60_000);

const metricKey = ({ namespace, name, dimensions }: EmittedMetric | MetricUse): string =>
  JSON.stringify([namespace, name, Object.entries(dimensions).sort()]);

const isOwn = ({ namespace }: MetricUse): boolean => namespace === "BotBridge";

describe("the alarms", () => {
  test("cover what a team must know, and no more", () => {
    expect(ops.alarms.map(({ id }) => id)).toEqual([
      "TurnsDeadLetters",
      "TurnsWaiting",
      "WebhooksDeadLetters",
      "WebhooksWaiting",
      "ModelErrorRate",
      "TurnsFailed",
      "TurnsIncomplete",
      "TurnsAbandoned",
      "FirstTextIm",
      "FirstTextHttp",
      "TurnsStartLate",
      "TurnsAtLimit",
      "LimitsNear",
      "TurnsLimited",
      "CallbackSlow",
      "CallbackReplayed",
      "ApiErrors",
      "ApiRefusals",
      "ApiThrottles",
      "ApiFunctionErrors",
      "ApiFunctionErrors2",
      "WorkerErrors",
      "ApiFunctionThrottles",
      "ApiFunctionThrottles2",
      "WorkerThrottles",
    ]);
  });

  test("do not go off without traffic, and notify when they go off and when they recover", () => {
    for (const alarm of ops.alarms) {
      expect(alarm).toMatchObject({ TreatMissingData: "notBreaching" });
      expect([alarm.AlarmActions, alarm.OKActions].map(({ length }) => length)).toEqual([1, 1]);
    }
  });

  test("read only metrics that a function emits, with exactly its dimensions", () => {
    const emittedKeys = new Set(emitted.map(metricKey));
    const read = ops.alarms.flatMap(({ reads }) => reads).filter(isOwn);
    expect(read.length).toBeGreaterThan(10);
    for (const use of read) expect(emittedKeys).toContain(metricKey(use));
  });

  test("read no more metrics each than CloudWatch accepts", () => {
    for (const { reads } of ops.alarms) expect(reads.length).toBeLessThanOrEqual(10);
  });

  test("detect calls that the gateway rejected by its access log, not counting a function's own 429", () => {
    const { reads } = ops.alarms.find(({ id }) => id === "ApiThrottles") ?? {};
    expect(reads).toEqual([
      { namespace: "BotBridge/bot-bridge-test", name: "GatewayThrottled", dimensions: {} },
    ]);
    ops.template.hasResourceProperties("AWS::Logs::MetricFilter", {
      FilterPattern: '{ $.responseType = "THROTTLED" }',
      MetricTransformations: [
        {
          MetricNamespace: "BotBridge/bot-bridge-test",
          MetricName: "GatewayThrottled",
          MetricValue: "1",
        },
      ],
    });
    expect(accessLogFormat().toString()).toContain('"responseType":"$context.error.responseType"');
  });

  test("detect callbacks that were refused for a used signature, in the log of the callbacks' function", () => {
    const { reads } = ops.alarms.find(({ id }) => id === "CallbackReplayed") ?? {};
    expect(reads).toEqual([
      { namespace: "BotBridge/bot-bridge-test", name: "CallbackSignatureReused", dimensions: {} },
    ]);
    ops.template.hasResourceProperties("AWS::Logs::MetricFilter", {
      FilterPattern: '{ $.event = "callback_signature_reused" }',
      LogGroupName: Match.objectLike({ "Fn::GetStackOutput": Match.anyValue() }),
      MetricTransformations: [
        {
          MetricNamespace: "BotBridge/bot-bridge-test",
          MetricName: "CallbackSignatureReused",
          MetricValue: "1",
        },
      ],
    });
  });

  test("of functions cover every function", () => {
    const functionsOf = (ids: RegExp): number =>
      ops.alarms.filter(({ id }) => ids.test(id)).flatMap(({ reads }) => reads).length;
    expect(functionsOf(/^(ApiFunction|Worker)Errors/)).toBe(namesWithoutConsole.length);
    expect(functionsOf(/^(ApiFunction|Worker)Throttles/)).toBe(namesWithoutConsole.length);
  });
});

test("npm run deploy compares every dimension that alarms and dashboard get from other stacks", () => {
  const uses = [...ops.alarms.flatMap(({ reads }) => reads), ...ops.drawn];
  const fromStacks = uses.flatMap(({ dimensions }) =>
    Object.entries(dimensions).flatMap(([name, value]) =>
      typeof value !== "string" || value === "of-aws" ? [name] : [],
    ),
  );
  // The name of the API's stage is that of the bridge's stage, in every deployment.
  expect(new Set(fromStacks)).toEqual(new Set([...generatedDimensions, "Stage"]));
});

describe("alarm notifications", () => {
  test("go to the address in the config", () => {
    ops.template.hasResourceProperties("AWS::SNS::Subscription", {
      Protocol: "email",
      Endpoint: "ops@example.com",
    });
  });

  test("go to no one if the config has no address, and others can subscribe later", () => {
    const { template } = synthesizeOps({});
    template.resourceCountIs("AWS::SNS::Subscription", 0);
    template.resourceCountIs("AWS::SNS::Topic", 1);
  });

  test("are sent only by CloudWatch in this account, over TLS", () => {
    ops.template.hasResourceProperties("AWS::SNS::TopicPolicy", {
      PolicyDocument: {
        Statement: Match.arrayWith(
          [
            Match.objectLike({
              Effect: "Allow",
              Action: "sns:Publish",
              Principal: { Service: "cloudwatch.amazonaws.com" },
              Condition: { StringEquals: { "aws:SourceAccount": { Ref: "AWS::AccountId" } } },
            }),
            Match.objectLike({ Effect: "Deny", Condition: { Bool: { "aws:SecureTransport": "false" } } }),
          ].toReversed(),
        ),
      },
    });
  });

  test("need a valid address", () => {
    expect(() => synthesizeOps({ alarmEmail: "ops" })).toThrow(
      "config: alarmEmail: must be an email address",
    );
  });
});

describe("the dashboard", () => {
  test("shows health, latency, errors and cost, in that order", () => {
    expect(ops.headings).toEqual(["## Health", "## Latency", "## Errors", "## Cost"]);
  });

  test("graphs only metrics that a function emits", () => {
    const emittedKeys = new Set(emitted.map(metricKey));
    const own = ops.drawn.filter(isOwn);
    expect(own.length).toBeGreaterThan(20);
    for (const use of own) expect(emittedKeys).toContain(metricKey(use));
  });

  test("searches only for metrics that a function emits, with all of their dimensions", () => {
    expect(ops.searches.length).toBeGreaterThan(4);
    for (const search of ops.searches) {
      const [, schema = "", name, service] =
        /^SEARCH\('\{([^}]+)\} MetricName="(\w+)" service="([\w-]+)"'/.exec(search) ?? [];
      const [namespace, ...dimensions] = schema.split(",");
      const found = emitted.filter((metric) => metric.namespace === namespace && metric.name === name);
      expect(found).not.toEqual([]);
      for (const metric of found) {
        expect(Object.keys(metric.dimensions).sort()).toEqual(dimensions.sort());
        expect(metric.dimensions.service).toBe(service);
      }
    }
  });

  test("shows every metric that a function emits, except for jobs that went as expected", () => {
    const shown = [
      ...ops.drawn.map(({ name }) => name),
      ...ops.searches.map((search) => /MetricName="(\w+)"/.exec(search)?.[1]),
    ];
    const unseen = [...new Set(emitted.map(({ name }) => name))].filter((name) => !shown.includes(name));
    expect(unseen.sort()).toEqual(["JobAccepted", "JobRepeated"]);
  });

  test("shows every outcome of a turn, on either channel", () => {
    const outcomes = emitted.filter(({ name }) => name === "TurnEnded").map(metricKey);
    expect(ops.drawn.map(metricKey)).toEqual(expect.arrayContaining(outcomes));
  });
});

test("every function adds its stage to its metrics", () => {
  expect(ops.services).toHaveLength(namesWithoutConsole.length);
  expect(new Set(ops.services)).toEqual(new Set(["bot-bridge-test"]));
});

describe("the log queries", () => {
  const sources = readdirSync(join(projectRoot, "functions"), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts"))
    .map((path) => readFileSync(join(projectRoot, "functions", path), "utf8"))
    .join("\n");

  /** Their names contain the stage. */
  const jobEvents = (): string[] => {
    const log = makeMemoryLog();
    const report = makeReportJob({ pseudonymOf, log, metrics: makeMemoryMetrics(), clock: makeTestClock() });
    for (const stage of Object.keys(jobMetrics) as JobStage[]) report(stage, webhookJob());
    return log.lines.map(({ event }) => event);
  };

  test("cover every function's log", () => {
    for (const { Properties } of Object.values(ops.template.findResources("AWS::Logs::QueryDefinition")))
      expect(Properties.LogGroupNames).toHaveLength(namesWithoutConsole.length);
  });

  test("name only events that a function logs", () => {
    const events = ops.queries.flatMap(({ text }) =>
      [...text.matchAll(/event in \[([^\]]+)\]/g)].flatMap(([, list = ""]) => list.match(/\w+/g) ?? []),
    );
    expect(events.length).toBeGreaterThan(8);
    const job = jobEvents();
    for (const event of events) {
      if (!job.includes(event)) expect(sources).toContain(`"${event}"`);
    }
  });

  test("name only fields that a line may have", () => {
    for (const { text } of ops.queries) {
      const [, list = ""] = /^fields ([^\n]+)/m.exec(text) ?? [];
      for (const field of list.replaceAll(/coalesce\(|\)( as \w+)?/g, "").split(/, */)) {
        if (field !== "" && !["@timestamp", "level", "event"].includes(field))
          expect(sources).toMatch(new RegExp(`\\b${field}\\b[,:]`));
      }
    }
  });
});
