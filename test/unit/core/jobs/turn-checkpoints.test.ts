import { describe, expect, test } from "@jest/globals";
import { jobIdOf } from "#core/jobs/job.ts";
import { makeTurnCheckpoints } from "#core/jobs/turn-checkpoints.ts";
import { turnJob } from "../../../support/jobs.ts";
import { makeMemoryJobs } from "../../../support/memory-jobs.ts";
import { makeMemoryLog } from "../../../support/memory-log.ts";
import { makeTestClock } from "../../../support/test-clock.ts";

const open = (seq: number) => ({ messageUID: "m1", seq });

const setUp = ({ earlier }: { readonly earlier?: string } = {}) => {
  const job = turnJob();
  const clock = makeTestClock(job.acceptedAt);
  const log = makeMemoryLog();
  const jobs = makeMemoryJobs(clock);
  const lease = { token: "mine", expiresAt: clock.now() + 25_000 };
  jobs.plant(jobIdOf(job), { token: "mine", reference: earlier });
  const held = { ours: true };
  let writes = 0;
  const extensions: number[] = [];
  const store = {
    checkpoint: (...call: Parameters<typeof jobs.checkpoint>) => {
      writes += 1;
      return jobs.checkpoint(...call);
    },
  };
  const checkpoints = makeTurnCheckpoints({ jobs: store, clock, log })(
    { job, lease, tries: 1, reference: earlier },
    {
      isHeld: () => held.ours,
      extendedTo: (expiresAt) => void extensions.push(expiresAt),
      lose: () => {
        held.ours = false;
      },
    },
  );
  return {
    checkpoints,
    clock,
    log,
    held,
    store,
    extensions,
    writes: () => writes,
    record: () => jobs.recordOf(jobIdOf(job)),
    takeAway: () => jobs.plant(jobIdOf(job), { token: "another" }),
  };
};

describe("the checkpoints of a turn", () => {
  test("store the model's reference with the first message, without a write of its own", async () => {
    const { checkpoints, clock, writes, record } = setUp();
    expect(checkpoints.isResumable()).toBe(false);
    checkpoints.onReference("r1");
    expect(checkpoints.isResumable()).toBe(true);
    await checkpoints.saveOpen(open(1));
    await clock.advance(5_000);
    expect(record()).toMatchObject({ open: open(1), reference: "r1" });
    expect(writes()).toBe(1);
  });

  test("store the reference after two seconds without text", async () => {
    const { checkpoints, clock, record } = setUp();
    checkpoints.onReference("r1");
    await clock.advance(1_900);
    expect(record()?.reference).toBeUndefined();
    await clock.advance(200);
    expect(record()).toMatchObject({ reference: "r1" });
    expect(record()?.open).toBeUndefined();
  });

  test("extend the lease of the turn, or end it if another worker has the job", async () => {
    const { checkpoints, clock, extensions, held, log, record, takeAway } = setUp();
    await checkpoints.saveOpen(open(1));
    await clock.advance(3_000);
    await checkpoints.saveOpen(open(2));
    expect(extensions).toEqual([clock.now() + 22_000, clock.now() + 25_000]);
    expect(record()?.expiresAt).toBe(clock.now() + 25_000);
    takeAway();
    await checkpoints.saveOpen(open(3));
    expect(extensions).toHaveLength(2);
    expect(held.ours).toBe(false);
    expect(log.lines).toMatchObject([{ level: "error", event: "job_lease_lost" }]);
  });

  test("that arrive after the turn has ended do not count as a lost lease", async () => {
    const { checkpoints, held, log, takeAway } = setUp();
    takeAway();
    const saved = checkpoints.saveOpen(open(1));
    checkpoints.close();
    await saved;
    expect(held.ours).toBe(true);
    expect(log.lines).toEqual([]);
  });

  test("store nothing once the turn has ended", async () => {
    const { checkpoints, clock, writes } = setUp();
    checkpoints.onReference("r1");
    checkpoints.close();
    await clock.advance(5_000);
    expect(writes()).toBe(0);
  });

  test("do not store the reference of the earlier worker again", async () => {
    const { checkpoints, clock, writes } = setUp({ earlier: "r1" });
    expect(checkpoints.isResumable()).toBe(true);
    checkpoints.onReference("r1");
    await clock.advance(5_000);
    expect(writes()).toBe(0);
  });

  test("resolve only when stored, in order, however often a write fails", async () => {
    const { checkpoints, clock, log, store, record } = setUp();
    const { checkpoint } = store;
    let failures = 3;
    store.checkpoint = (...call) => {
      failures -= 1;
      return failures >= 0 ? Promise.reject(new Error("throttled")) : checkpoint(...call);
    };
    let stored = 0;
    const count = (): void => {
      stored += 1;
    };
    checkpoints.saveOpen(open(1)).then(count);
    checkpoints.saveOpen(open(2)).then(count);
    await clock.advance(300);
    expect(stored).toBe(0);
    await clock.advance(1_000);
    expect(stored).toBe(2);
    expect(record()).toMatchObject({ open: open(2) });
    expect(log.lines.map(({ event }) => event)).toEqual(Array(3).fill("open_message_not_saved"));
  });

  test("end with the lease, so that nothing waits for a store that does not answer", async () => {
    const { checkpoints, clock, held, store } = setUp();
    store.checkpoint = () => Promise.reject(new Error("throttled"));
    const saved = checkpoints.saveOpen(open(1));
    await clock.advance(300);
    held.ours = false;
    await clock.advance(300);
    await expect(saved).resolves.toBeUndefined();
  });

  test("of a turn that cannot be resumed are written at once for a new message, then every three seconds", async () => {
    const { checkpoints, clock, writes, record } = setUp();
    for (let seq = 1; seq <= 16; seq += 1) {
      checkpoints.onOpen(open(seq));
      await clock.advance(200);
    }
    expect(writes()).toBe(2);
    expect(record()).toMatchObject({ open: open(16) });
  });
});
