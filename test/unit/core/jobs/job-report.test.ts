import { describe, expect, test } from "@jest/globals";
import { makeJsonLog } from "#adapters/node/json-log.ts";
import { idsOf, type JobStage, makeReportJob } from "#core/jobs/job-report.ts";
import { turnJob, webhookJob } from "../../../support/jobs.ts";
import { makeMemoryLog } from "../../../support/memory-log.ts";
import { makeMemoryMetrics } from "../../../support/memory-metrics.ts";
import { pseudonymOf } from "../../../support/pseudonyms.ts";
import { makeTestClock } from "../../../support/test-clock.ts";

const setUp = () => {
  const clock = makeTestClock();
  const log = makeMemoryLog();
  const metrics = makeMemoryMetrics();
  return { clock, log, metrics, report: makeReportJob({ pseudonymOf, log, metrics, clock }) };
};

describe("a stage of a job", () => {
  test.each([
    ["accepted", "job_accepted", "JobAccepted", "info"],
    ["tried", "job_tried", "JobTried", "info"],
    ["delivered", "job_delivered", "JobDelivered", "info"],
    ["recalled", "job_recalled", "JobRecalled", "info"],
    ["limited", "job_limited", "JobLimited", "info"],
    ["given_up", "job_given_up", "JobGivenUp", "error"],
  ] as const)(
    "%s is one line and one metric, with the time since the job was accepted",
    async (stage, event, name, level) => {
      const { clock, log, metrics, report } = setUp();
      const job = webhookJob({ acceptedAt: clock.now() });
      await clock.advance(1_234);
      report(stage, job, { tries: 3, reason: "HTTP 503" });
      expect(log.lines).toEqual([
        {
          level,
          event,
          fields: {
            ...idsOf(job),
            user: "7u of app-one",
            eventType: "message:private",
            sinceAcceptedMs: 1_234,
            tries: 3,
            reason: "HTTP 503",
          },
        },
      ]);
      expect(metrics.notes).toEqual([{ name, ms: 1_234, dimensions: { integration: "webhook" } }]);
    },
  );

  test("has all ids of the job by which its lines are searched", () => {
    const { log, report } = setUp();
    report("accepted", turnJob());
    expect(log.lines[0]?.fields).toMatchObject({
      app: "app-one",
      bot: "bot-helpdesk",
      integration: "dify_chatflow",
      user: "7u of app-one",
      msgUID: "C3JH-8VQ4-0000-0001",
    });
  });

  test("is an error if a person should look at it, whatever the stage", () => {
    const { log, report } = setUp();
    report("delivered", turnJob(), {}, true);
    report("given_up", turnJob(), {}, false);
    expect(log.lines.map(({ level }) => level)).toEqual(["error", "info"]);
  });

  test("is the line's event name: no field may replace it", () => {
    const written: string[] = [];
    const { clock, metrics } = setUp();
    const report = makeReportJob({
      pseudonymOf,
      log: makeJsonLog((line) => void written.push(line)),
      metrics,
      clock,
    });
    const stages: JobStage[] = ["accepted", "tried", "delivered", "given_up"];
    for (const stage of stages) report(stage, turnJob());
    expect(written.map((line) => JSON.parse(line).event)).toEqual(stages.map((stage) => `job_${stage}`));
  });

  test("contains neither the user's text nor the user's id", () => {
    const { log, metrics, report } = setUp();
    report("accepted", webhookJob());
    expect(JSON.stringify([log.lines, metrics.notes])).not.toMatch(/hello|u7/);
  });
});
