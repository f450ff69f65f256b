import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "@jest/globals";
import { Match } from "aws-cdk-lib/assertions";
import { type JobStage, jobMetrics, makeReportJob } from "#core/jobs/job-report.ts";
import { accessLogFormat } from "../../lib/access-log.ts";
import { type EmittedMetric, emittedMetrics } from "../support/emitted-metrics.ts";
import { webhookJob } from "../support/jobs.ts";
import { projectRoot } from "../support/local-run.ts";
import { makeMemoryLog } from "../support/memory-log.ts";
import { makeMemoryMetrics } from "../support/memory-metrics.ts";
import { makeTestClock } from "../support/test-clock.ts";
import { type MetricUse, type SynthesizedOps, synthesizeOps } from "./observability.ts";

let ops: SynthesizedOps;
let emitted: EmittedMetric[];
beforeAll(async () => {
  ops = synthesizeOps();
  emitted = await emittedMetrics("bot-bridge-test");
}, 60_000);

const told = ({ namespace, name, dimensions }: EmittedMetric | MetricUse): string =>
  JSON.stringify([namespace, name, Object.entries(dimensions).sort()]);

const isOwn = ({ namespace }: MetricUse): boolean => namespace === "BotBridge";

describe("the alarms", () => {
  test("watch what a team must know of, and no more", () => {
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
      "CallbackSlow",
      "ApiErrors",
      "ApiRefusals",
      "ApiThrottles",
      "ApiFunctionErrors",
      "WorkerErrors",
      "ApiFunctionThrottles",
      "WorkerThrottles",
    ]);
  });

  test("do not go off where nothing happens, and tell somebody when they go off and when it is over", () => {
    for (const alarm of ops.alarms) {
      expect(alarm).toMatchObject({ TreatMissingData: "notBreaching" });
      expect([alarm.AlarmActions, alarm.OKActions].map(({ length }) => length)).toEqual([1, 1]);
    }
  });

  test("read of the functions' own metrics only what a function notes, by its very dimensions", () => {
    const noted = new Set(emitted.map(told));
    const read = ops.alarms.flatMap(({ reads }) => reads).filter(isOwn);
    expect(read.length).toBeGreaterThan(10);
    for (const use of read) expect(noted).toContain(told(use));
  });

  test("read no more metrics each than CloudWatch takes", () => {
    for (const { reads } of ops.alarms) expect(reads.length).toBeLessThanOrEqual(10);
  });

  test("know of what the gateway turned away by a line of its log, which a function's own 429 is not", () => {
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

  test("of functions watch every one of them", () => {
    const functionsOf = (...ids: string[]): number =>
      ops.alarms.filter(({ id }) => ids.includes(id)).flatMap(({ reads }) => reads).length;
    expect(functionsOf("ApiFunctionErrors", "WorkerErrors")).toBe(10);
    expect(functionsOf("ApiFunctionThrottles", "WorkerThrottles")).toBe(10);
  });
});

describe("who is told", () => {
  test("is the address of the config", () => {
    ops.template.hasResourceProperties("AWS::SNS::Subscription", {
      Protocol: "email",
      Endpoint: "ops@example.com",
    });
  });

  test("is nobody where the config names nobody, and who subscribes later", () => {
    const { template } = synthesizeOps({});
    template.resourceCountIs("AWS::SNS::Subscription", 0);
    template.resourceCountIs("AWS::SNS::Topic", 1);
  });

  test("is told by CloudWatch of this account alone, over TLS", () => {
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

  test("must be an address", () => {
    expect(() => synthesizeOps({ alarmEmail: "ops" })).toThrow(
      "config: alarmEmail: must be an email address",
    );
  });
});

describe("the dashboard", () => {
  test("shows health, latency, errors and cost, in that order", () => {
    expect(ops.headings).toEqual(["## Health", "## Latency", "## Errors", "## Cost"]);
  });

  test("draws of the functions' own metrics only what a function notes", () => {
    const noted = new Set(emitted.map(told));
    const own = ops.drawn.filter(isOwn);
    expect(own.length).toBeGreaterThan(20);
    for (const use of own) expect(noted).toContain(told(use));
  });

  test("looks only for metrics that a function notes, by all of their dimensions", () => {
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

  test("shows every metric that a function notes, but for jobs that went as they should", () => {
    const shown = [
      ...ops.drawn.map(({ name }) => name),
      ...ops.searches.map((search) => /MetricName="(\w+)"/.exec(search)?.[1]),
    ];
    const unseen = [...new Set(emitted.map(({ name }) => name))].filter((name) => !shown.includes(name));
    expect(unseen.sort()).toEqual(["JobAccepted", "JobRepeated"]);
  });

  test("shows every outcome of a turn, by either channel", () => {
    const outcomes = emitted.filter(({ name }) => name === "TurnEnded").map(told);
    expect(ops.drawn.map(told)).toEqual(expect.arrayContaining(outcomes));
  });
});

test("every function says in its metrics which stage it is of", () => {
  expect(ops.services).toHaveLength(10);
  expect(new Set(ops.services)).toEqual(new Set(["bot-bridge-test"]));
});

describe("the questions to the logs", () => {
  const sources = readdirSync(join(projectRoot, "functions"), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts"))
    .map((path) => readFileSync(join(projectRoot, "functions", path), "utf8"))
    .join("\n");

  /** Their names are made of the stages. */
  const jobEvents = (): string[] => {
    const log = makeMemoryLog();
    const report = makeReportJob({ log, metrics: makeMemoryMetrics(), clock: makeTestClock() });
    for (const stage of Object.keys(jobMetrics) as JobStage[]) report(stage, webhookJob());
    return log.lines.map(({ event }) => event);
  };

  test("are asked of every function's log", () => {
    for (const { Properties } of Object.values(ops.template.findResources("AWS::Logs::QueryDefinition")))
      expect(Properties.LogGroupNames).toHaveLength(10);
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
