import * as v from "valibot";
import { parseRecord } from "#adapters/node/parse-record.ts";
import { type JobId, jobKeyOf } from "#core/jobs/job.ts";
import type { JobClaim, JobStore } from "#core/jobs/job-store.ts";
import { makeConditionalUpdates } from "./conditional-write.ts";
import type { TurnsTablePorts } from "./table-ports.ts";

const sentText = v.object({
  length: v.number(),
  hash: v.string(),
  plan: v.object({ first: v.number(), next: v.number(), growth: v.number() }),
  chunks: v.optional(v.number()),
});

const claimedRecord = v.object({
  tries: v.number(),
  expiresAt: v.number(),
  // Without `sent` in records written before 0.3.
  open: v.optional(v.object({ messageUID: v.string(), seq: v.number(), sent: v.optional(sentText) })),
  reference: v.optional(v.string()),
});

/** If a lease has expired and another holder has taken over, the writes of the former holder fail. */
const whileHeld = "#state = :running AND #token = :token";
const names = {
  "#state": "state",
  "#token": "token",
  "#ttl": "ttl",
  "#open": "open",
  "#reference": "reference",
};

/**
 * Jobs, in the turns table. A record is `running` under a lease, then `done`.
 *
 *   claim ──► running (token, until expiresAt) ──complete──► done (until rememberUntil)
 *               ▲ │ renew, checkpoint
 *               └─┴──release, or the lease ends──► free for the next claim
 *
 * `expiresAt` ends both: a record past it counts as absent, except that the `tries` of a job that is not done are kept and
 * increase with each claim.
 */
export const makeJobsTable = ({ client, tableName, clock, stories }: TurnsTablePorts): JobStore => {
  const { ttlOf } = stories;
  const keyOf = (id: JobId) => ({ turn: jobKeyOf(id) });
  const { update, updateAndGet } = makeConditionalUpdates({ client, tableName, keyOf, names });

  const read = (record: Record<string, unknown>) => parseRecord(claimedRecord, record, "a job record");

  /** Without parts of a checkpoint, it only renews the lease. */
  const checkpoint: JobStore["checkpoint"] = (id, { token, expiresAt }, open, reference) => {
    const changes = [
      "expiresAt = :until",
      "#ttl = :ttl",
      open && "#open = :open",
      reference !== undefined && "#reference = :reference",
    ];
    return update(id, `SET ${changes.filter(Boolean).join(", ")}`, whileHeld, {
      ":running": "running",
      ":token": token,
      ":until": expiresAt,
      ":ttl": ttlOf(expiresAt),
      ...(open && { ":open": open }),
      ...(reference !== undefined && { ":reference": reference }),
    });
  };

  return {
    claim: async (id, { token, expiresAt }, beginning): Promise<JobClaim> => {
      const now = clock.now();
      const story = stories.begin(beginning);
      const claim = await updateAndGet(
        id,
        `SET version = :version, #state = :running, #token = :token, expiresAt = :until, #ttl = :ttl${story.set} REMOVE outcome${story.remove} ADD tries :one`,
        // Its own token too: the SDK repeats a write whose response was lost.
        "attribute_not_exists(turn) OR expiresAt <= :now OR #token = :token",
        {
          ":version": 1,
          ":running": "running",
          ":token": token,
          ":until": expiresAt,
          ":ttl": ttlOf(expiresAt),
          ":now": now,
          ":one": 1,
          ...story.values,
        },
      );
      if (claim) {
        const { tries, open, reference } = read(claim);
        return { status: "claimed", tries, open, reference };
      }
      const busy = await updateAndGet(id, "ADD tries :one", "#state = :running", {
        ":running": "running",
        ":one": 1,
      });
      if (!busy) return { status: "done" };
      const { tries, expiresAt: heldUntil } = read(busy);
      return { status: "busy", tries, heldUntil };
    },
    renew: (id, lease) => checkpoint(id, lease, undefined),
    checkpoint,
    claimNotice: (id, token) =>
      update(
        id,
        "SET noticedBy = :token",
        // Its own notice too: the SDK repeats a write whose response was lost.
        `${whileHeld} AND (attribute_not_exists(noticedBy) OR noticedBy = :token)`,
        { ":running": "running", ":token": token },
      ),
    complete: (id, token, outcome, rememberUntil, ending) => {
      const story = stories.end({ appKey: id.appKey, turn: jobKeyOf(id) }, ending);
      return update(
        id,
        // The tries are reset: a job that is reopened, or delivered again after its record expired, gets all of them.
        `SET #state = :done, outcome = :outcome, expiresAt = :until, #ttl = :ttl${story.set} REMOVE tries, #open, #reference, noticedBy`,
        // Also if it is already done: the SDK repeats a write whose response was lost.
        "#token = :token",
        {
          ":token": token,
          ":done": "done",
          ":outcome": outcome,
          ":until": rememberUntil,
          ":ttl": ttlOf(rememberUntil),
          ...story.values,
        },
      );
    },
    postpone: async (id, token, { forgetsTries = false } = {}) => {
      const tries = forgetsTries
        ? "SET expiresAt = :now, tries = :tries REMOVE #token"
        : "SET expiresAt = :now REMOVE #token ADD tries :tries";
      await update(id, tries, whileHeld, {
        ":running": "running",
        ":token": token,
        ":now": clock.now(),
        ":tries": forgetsTries ? 0 : -1,
      });
    },
    release: async (id, token) => {
      // Without the token, a heartbeat that is still in flight cannot renew the lease.
      await update(id, "SET expiresAt = :now REMOVE #token", whileHeld, {
        ":running": "running",
        ":token": token,
        ":now": clock.now(),
      });
    },
  };
};
