import { describe, expect, test } from "@jest/globals";
import type { SQSRecord } from "aws-lambda";
import { currentTrace, type Trace, withTrace } from "#adapters/node/trace.ts";
import { parseTurnJob, toJobMessage } from "#adapters/sqs/job-message.ts";
import { makeWorker } from "#adapters/sqs/worker.ts";
import type { TurnJob } from "#core/jobs/job.ts";
import type { JobResult, JobVisibility } from "#core/jobs/job-lease.ts";
import { makeMemoryLog } from "../../../support/memory-log.ts";
import { messageEvent } from "../../../support/turns.ts";
import { lambdaContext } from "../api-gateway/proxy-event.ts";

const turnJob = (msgUID: string): TurnJob => ({
  appKey: "app-one",
  botUserId: "bot-helpdesk",
  integrationType: "dify_chat",
  event: messageEvent({ msgUID }),
  acceptedAt: 1_767_225_600_500,
});

/** As Lambda delivers it. */
const recordOf = (messageId: string, body: string, receives = 1): SQSRecord => ({
  messageId,
  receiptHandle: `receipt-${messageId}`,
  body,
  attributes: {
    ApproximateReceiveCount: String(receives),
    SentTimestamp: "1767225600500",
    SenderId: "AROA",
    ApproximateFirstReceiveTimestamp: "1767225600600",
    MessageGroupId: "group",
  },
  messageAttributes: {},
  md5OfBody: "",
  eventSource: "aws:sqs",
  eventSourceARN: "arn:aws:sqs:eu-central-1:123456789012:turns.fifo",
  awsRegion: "eu-central-1",
});

const traceId = "4bf92f3577b34da6a3ce929d0e0e4736";

const jobRecord = (msgUID: string): SQSRecord => recordOf(msgUID, toJobMessage(turnJob(msgUID)).MessageBody);

interface Given {
  /** Whether a start invoked the worker, and not the job's own message. */
  readonly isStart?: boolean;
  readonly remove?: () => Promise<void>;
  readonly results?: Readonly<Record<string, JobResult>>;
  readonly hideFor?: JobVisibility["hideFor"];
}

const setUp = ({ results = {}, hideFor, isStart = false, remove }: Given = {}) => {
  const removed: string[] = [];
  /** What was done, in order. */
  const steps: string[] = [];
  const ran: { readonly job: TurnJob; readonly tries: number; readonly leftMs: number }[] = [];
  /** What each run was told. */
  const latest: (boolean | undefined)[] = [];
  const hidden: string[] = [];
  const traces: (Trace | undefined)[] = [];
  const log = makeMemoryLog();
  const worker = makeWorker({
    parseJob: parseTurnJob,
    runJob: async (job, { receiveCount: tries, isLatest }, leftMs) => {
      steps.push("run");
      latest.push(await isLatest);
      ran.push({ job, tries, leftMs });
      traces.push(currentTrace());
      return results[job.event.data.msgUID] ?? "done";
    },
    visibilityOf: ({ messageId, attributes }) => ({
      receiveCount: Number(attributes.ApproximateReceiveCount),
      firstReceivedAt: 0,
      hideFor: async (ms) => {
        steps.push("hide");
        if (hideFor) return hideFor(ms);
        hidden.push(`${messageId} for ${ms / 1000} s`);
      },
      ...(isStart && { remove: remove ?? (async () => void removed.push(messageId)) }),
    }),
    hideMs: 25_000,
    log,
  });
  return {
    take: (...Records: SQSRecord[]) => worker({ Records }, lambdaContext),
    ran,
    hidden,
    removed,
    steps,
    traces,
    latest,
    log,
  };
};

const failed = (...messageIds: string[]) => ({
  batchItemFailures: messageIds.map((itemIdentifier) => ({ itemIdentifier })),
});

test("a job runs in the trace of the request that sent it, one of an earlier version in a new one", async () => {
  const { take, traces } = setUp();
  const trace = { requestId: "order-7", traceId };
  await take(
    withTrace(trace, () => jobRecord("m1")),
    jobRecord("m2"),
  );
  expect(traces).toEqual([trace, { requestId: "m2", traceId: expect.stringMatching(/^[\da-f]{32}$/) }]);
});

describe("a worker", () => {
  test("runs a message's job within its function's time, and deletes it from the queue", async () => {
    const { take, ran } = setUp();
    expect(await take(recordOf("m1", toJobMessage(turnJob("m1")).MessageBody, 3))).toEqual(failed());
    expect(ran).toEqual([{ job: turnJob("m1"), tries: 3, leftMs: 29_000 }]);
  });

  test("leaves a job in the queue that must be retried, and no other of the batch", async () => {
    const { take } = setUp({ results: { m2: "retry" } });
    expect(await take(jobRecord("m1"), jobRecord("m2"), jobRecord("m3"))).toEqual(failed("m2"));
  });

  test("leaves all in the queue if all must be retried", async () => {
    const { take } = setUp({ results: { m1: "retry", m2: "retry" } });
    expect(await take(jobRecord("m1"), jobRecord("m2"))).toEqual(failed("m1", "m2"));
  });

  test("does nothing for an empty batch", async () => {
    expect(await setUp().take()).toEqual(failed());
  });
});

describe("a job's message", () => {
  test("is hidden for a short time before anything else, so that a worker that dies delays it by seconds", async () => {
    const { take, steps, hidden } = setUp();
    await take(jobRecord("m1"));
    expect(steps).toEqual(["hide", "run"]);
    expect(hidden).toEqual(["m1 for 25 s"]);
  });

  test("is run even if it cannot be hidden, and that is logged", async () => {
    const { take, ran, log } = setUp({ hideFor: () => Promise.reject(new Error("throttled")) });
    expect(await take(jobRecord("m1"))).toEqual(failed());
    expect(ran).toHaveLength(1);
    expect(log.lines).toMatchObject([{ level: "warn", event: "job_not_hidden" }]);
  });

  test("is deleted by the worker if a start invoked it, which Lambda deletes", async () => {
    const { take, removed, latest } = setUp({ isStart: true });
    expect(await take(jobRecord("m1"))).toEqual(failed());
    expect(removed).toEqual(["m1"]);
    expect(latest).toEqual([true]);
  });

  test("is hidden for its start while its run begins", async () => {
    const hiding = Promise.withResolvers<void>();
    const { take, steps, latest } = setUp({ isStart: true, hideFor: () => hiding.promise });
    const taken = take(jobRecord("m1"));
    expect(steps).toEqual(["hide", "run"]);
    expect(latest).toEqual([]);
    hiding.resolve();
    await taken;
    expect(latest).toEqual([true]);
  });

  test("stays in its queue if it must be retried, while its start is deleted", async () => {
    const { take, removed } = setUp({ isStart: true, results: { m1: "retry" } });
    expect(await take(jobRecord("m1"))).toEqual(failed());
    expect(removed).toEqual([]);
  });

  test("that a later start is responsible for is left to it: the run of the earlier one is told, and nothing is deleted", async () => {
    const { take, latest, removed, log } = setUp({
      isStart: true,
      hideFor: () => Promise.reject(new Error("the receipt handle has expired")),
    });
    expect(await take(jobRecord("m1"))).toEqual(failed());
    expect({ latest, removed }).toEqual({ latest: [false], removed: [] });
    expect(log.lines).toMatchObject([{ level: "warn", event: "start_outdated" }]);
  });

  test("that cannot be deleted is delivered again and found done; that is logged", async () => {
    const { take, log } = setUp({ isStart: true, remove: () => Promise.reject(new Error("expired")) });
    expect(await take(jobRecord("m1"))).toEqual(failed());
    expect(log.lines).toMatchObject([{ level: "warn", event: "job_not_removed" }]);
  });
});

describe("a message that a worker cannot parse", () => {
  const newer = toJobMessage(turnJob("newer")).MessageBody.replace('"version":1', '"version":2');

  test.each([
    ["of a newer version", newer],
    ["of nothing", ""],
    ["of something else", "what a user said"],
  ])("%s waits a minute for a worker that can, and is not lost", async (_name, body) => {
    const { take, ran, hidden } = setUp();
    expect(await take(recordOf("m1", body))).toEqual(failed("m1"));
    expect(ran).toEqual([]);
    expect(hidden).toEqual(["m1 for 25 s", "m1 for 60 s"]);
  });

  test("is logged by its message's id, without its content", async () => {
    const { take, log } = setUp();
    await take(recordOf("m1", newer.replace("hello", "what a user said"), 4));
    expect(log.lines).toEqual([
      {
        level: "error",
        event: "job_unreadable",
        fields: { messageId: "m1", tries: 4, reason: expect.stringContaining("version") },
      },
    ]);
    expect(JSON.stringify(log.lines)).not.toContain("what a user said");
  });

  test("does not delay others of its batch", async () => {
    const { take, ran } = setUp();
    expect(await take(recordOf("m1", newer), jobRecord("m2"))).toEqual(failed("m1"));
    expect(ran.map(({ job }) => job.event.data.msgUID)).toEqual(["m2"]);
  });

  test("does not make the others run twice if SQS does not answer to the change of visibility", async () => {
    const { take, log } = setUp({ hideFor: () => Promise.reject(new Error("the receipt is stale")) });
    expect(await take(recordOf("m1", newer), jobRecord("m2"))).toEqual(failed("m1"));
    expect(log.lines).toContainEqual({
      level: "warn",
      event: "job_not_hidden",
      fields: { messageId: "m1", reason: "Error: the receipt is stale" },
    });
  });
});
