import { describe, expect, test } from "@jest/globals";
import { makeDispatchJobs } from "#core/intake/dispatch-jobs.ts";
import type { Job, JobQueue, TurnJob } from "#core/jobs/job.ts";
import type { BotChat } from "#core/message/chat-cutoff.ts";
import { turnJob, webhookJob } from "../../../support/jobs.ts";
import { makeMemoryLog } from "../../../support/memory-log.ts";
import { jobTargetOf } from "./intake-setup.ts";

interface TestQueue extends JobQueue {
  readonly sent: (readonly Job[])[];
}

/** Accepts its jobs once `answer` resolves. */
const makeQueue = (answer: Promise<void> = Promise.resolve()): TestQueue => {
  const sent: TestQueue["sent"] = [];
  return {
    sent,
    send: (jobs) => {
      sent.push(jobs);
      return answer;
    },
  };
};

const setUp = ({
  turns = makeQueue(),
  webhooks = makeQueue(),
  added = async (_job: TurnJob): Promise<void> => {},
} = {}) => {
  const reported: string[] = [];
  const log = makeMemoryLog();
  const advanced: [BotChat, number][] = [];
  const dispatchJobs = makeDispatchJobs({
    turns,
    webhooks,
    cutoffs: { advance: async (chat, to) => void advanced.push([chat, to]) },
    inbox: { add: async (job) => void (await added(job)) },
    log,
    report: (stage, job) => void reported.push(`${stage} ${jobTargetOf(job)}`),
  });
  return { dispatchJobs, reported, advanced, log, turns, webhooks };
};

const jobs = [
  webhookJob(),
  turnJob(),
  turnJob({ integrationType: "dify_chat" }),
  webhookJob({ botUserId: "b2" }),
];
const down = () => Promise.reject(new Error("the queue is down"));

describe("jobs", () => {
  test("are sent to the queue of their kind, in order, all of a kind at once, and each is logged", async () => {
    const { dispatchJobs, turns, webhooks, reported } = setUp();
    await dispatchJobs(jobs);
    expect(turns.sent).toEqual([[jobs[1], jobs[2]]]);
    expect(webhooks.sent).toEqual([[jobs[0], jobs[3]]]);
    expect(reported.sort()).toEqual(jobs.map((job) => `accepted ${jobTargetOf(job)}`).sort());
  });

  test("of one kind do not use the other queue", async () => {
    const { dispatchJobs, turns, webhooks } = setUp();
    await dispatchJobs([turnJob()]);
    expect([turns.sent.length, webhooks.sent.length]).toEqual([1, 0]);
    await dispatchJobs([webhookJob()]);
    expect([turns.sent.length, webhooks.sent.length]).toEqual([1, 1]);
  });

  test("are sent to both queues at the same time: the user waits for both", async () => {
    const never = new Promise<void>(() => {});
    const { dispatchJobs, turns, webhooks } = setUp({ turns: makeQueue(never), webhooks: makeQueue(never) });
    dispatchJobs(jobs);
    expect([turns.sent.length, webhooks.sent.length]).toEqual([1, 1]);
  });

  test("are logged as accepted only once they are queued", async () => {
    const accepted = Promise.withResolvers<void>();
    const { dispatchJobs, reported } = setUp({ turns: makeQueue(accepted.promise) });
    const dispatching = dispatchJobs([turnJob()]);
    await new Promise(setImmediate);
    expect(reported).toEqual([]);
    accepted.resolve();
    await dispatching;
    expect(reported).toEqual(["accepted bot-helpdesk dify_chatflow"]);
  });
});

describe("the job of a command", () => {
  const at = (sentAfter: number, data: object = {}) => {
    const { event, acceptedAt } = turnJob();
    return { ...event, data: { ...event.data, ...data, msgTimestamp: acceptedAt + sentAfter } };
  };

  test.each(["stop", "reset"] as const)(
    "%s moves the cutoff of its sender's chat to its own time",
    async (command) => {
      const { dispatchJobs, advanced, turns } = setUp();
      const { appKey, botUserId, acceptedAt } = turnJob();
      const job = turnJob({ command, event: at(-20) });
      await dispatchJobs([turnJob(), job]);
      expect(advanced).toEqual([
        [{ appKey, botUserId, channelType: "PERSON", targetId: job.event.data.fromUserId }, acceptedAt - 20],
      ]);
      expect(turns.sent.flat()).toHaveLength(2);
    },
  );

  test("in a group concerns only the member who sent it", async () => {
    const { dispatchJobs, advanced } = setUp();
    const event = at(0, { channelType: "GROUP", toUserId: "g1", fromUserId: "u1" });
    await dispatchJobs([turnJob({ command: "stop", event })]);
    expect(advanced).toMatchObject([
      [{ channelType: "GROUP", targetId: "g1", memberId: "u1" }, expect.any(Number)],
    ]);
  });

  test("help stops nothing", async () => {
    const { dispatchJobs, advanced } = setUp();
    await dispatchJobs([turnJob({ command: "help" })]);
    expect(advanced).toEqual([]);
  });

  test.each([
    ["in the future", 10 * 60_000],
    ["in seconds", -1.7e12],
  ])("whose time is implausible, %s, counts from when it was accepted", async (_name, sentAfter) => {
    const { dispatchJobs, advanced } = setUp();
    await dispatchJobs([turnJob({ command: "stop", event: at(sentAfter) })]);
    expect(advanced.map(([, to]) => to)).toEqual([turnJob().acceptedAt]);
  });
});

describe("the job of a message that may be merged", () => {
  test("is queued once its message is in the inbox, where the job before it finds it", async () => {
    const order: string[] = [];
    const { dispatchJobs } = setUp({
      added: async () => {
        await new Promise(setImmediate);
        order.push("added");
      },
      turns: { ...makeQueue(), send: async () => void order.push("queued") },
    });
    await dispatchJobs([turnJob({ merges: true })]);
    expect(order).toEqual(["added", "queued"]);
  });

  test("is queued even if its message cannot be added: then it is asked alone", async () => {
    const { dispatchJobs, turns, log } = setUp({ added: down });
    await dispatchJobs([turnJob({ merges: true })]);
    expect(turns.sent.flat()).toHaveLength(1);
    expect(log.lines).toMatchObject([{ level: "warn", event: "inbox_not_written" }]);
  });

  test("is the only one whose message is added", async () => {
    const messages: TurnJob[] = [];
    const { dispatchJobs } = setUp({ added: async (job) => void messages.push(job) });
    await dispatchJobs([turnJob(), turnJob({ merges: true }), webhookJob()]);
    expect(messages).toHaveLength(1);
  });
});

describe("a queue that is down", () => {
  test("rejects the message even if the other queue has accepted its jobs, and only those are logged as accepted", async () => {
    const { dispatchJobs, reported } = setUp({ webhooks: makeQueue(down()) });
    await expect(dispatchJobs([webhookJob(), turnJob()])).rejects.toThrow("the queue is down");
    expect(reported).toEqual(["accepted bot-helpdesk dify_chatflow"]);
  });

  test("does not end the call while the other is in progress: a function that has replied is frozen", async () => {
    const accepted = Promise.withResolvers<void>();
    const { dispatchJobs, reported } = setUp({
      turns: makeQueue(accepted.promise),
      webhooks: makeQueue(down()),
    });
    let ended = false;
    const dispatching = dispatchJobs([webhookJob(), turnJob()])
      .catch(() => {})
      .then(() => {
        ended = true;
      });
    await new Promise(setImmediate);
    expect(ended).toBe(false);
    accepted.resolve();
    await dispatching;
    expect(reported).toEqual(["accepted bot-helpdesk dify_chatflow"]);
  });

  test("together with the other gives one failure, and nothing is logged as accepted", async () => {
    const { dispatchJobs, reported } = setUp({ turns: makeQueue(down()), webhooks: makeQueue(down()) });
    await expect(dispatchJobs(jobs)).rejects.toThrow("the queue is down");
    expect(reported).toEqual([]);
  });
});
