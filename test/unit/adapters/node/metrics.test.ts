import { afterEach, beforeEach, describe, expect, jest, test } from "@jest/globals";
import { makeMetrics } from "#adapters/node/metrics.ts";

const startMs = Date.UTC(2026, 0, 1);

describe("a metric", () => {
  let lines: string[];
  let complaints: string[];
  beforeEach(() => {
    process.env.POWERTOOLS_SERVICE_NAME = "bot-bridge-test";
    lines = [];
    complaints = [];
    jest.useFakeTimers({ now: startMs, doNotFake: ["nextTick", "setImmediate"] });
    jest.spyOn(process.stdout, "write").mockImplementation((line) => lines.push(String(line)) > 0);
    jest.spyOn(process.stderr, "write").mockImplementation((line) => complaints.push(String(line)) > 0);
  });
  afterEach(() => {
    jest.restoreAllMocks();
    jest.useRealTimers();
    delete process.env.POWERTOOLS_SERVICE_NAME;
  });

  test("is one log line at once, in the format from which CloudWatch extracts metrics", () => {
    makeMetrics().time("JobDelivered", 1234, { integration: "webhook" });
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^[^\n]+\n$/);
    // https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
    expect(JSON.parse(lines[0] ?? "")).toEqual({
      _aws: {
        Timestamp: startMs,
        CloudWatchMetrics: [
          {
            Namespace: "BotBridge",
            Dimensions: [["service", "integration"]],
            Metrics: [{ Name: "JobDelivered", Unit: "Milliseconds" }],
          },
        ],
      },
      service: "bot-bridge-test",
      integration: "webhook",
      JobDelivered: 1234,
    });
    expect(complaints).toEqual([]);
  });

  test("is counted each time it is emitted, even with a duration of zero or with clock skew", () => {
    const metrics = makeMetrics();
    for (const ms of [0, 0, -3])
      metrics.time("CallbackDropped", ms, { route: "/callbacks/rongcloud/messages" });
    expect(lines.map((line) => JSON.parse(line).CallbackDropped)).toEqual([0, 0, -3]);
  });

  test("has the dimensions that it was emitted with, and none of another's", () => {
    const metrics = makeMetrics();
    metrics.time("JobTried", 1, { integration: "webhook" });
    metrics.time("CallbackDropped", 2, { route: "/callbacks/rongcloud/messages" });
    const second = JSON.parse(lines[1] ?? "");
    expect(second._aws.CloudWatchMetrics[0].Dimensions).toEqual([["service", "route"]]);
    expect(second).not.toHaveProperty("JobTried");
    expect(second).not.toHaveProperty("integration");
    expect(complaints).toEqual([]);
  });
});
