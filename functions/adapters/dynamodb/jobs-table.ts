import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import * as v from "valibot";
import { parseRecord } from "#adapters/node/parse-record.ts";
import { type JobId, jobKeyOf } from "#core/jobs/job.ts";
import type { JobClaim, JobStore } from "#core/jobs/job-store.ts";
import type { Clock } from "#core/shared/clock.ts";
import { makeConditionalUpdate } from "./conditional-write.ts";
import { ttlOf } from "./expiry.ts";

export interface TurnsTablePorts {
  readonly client: DynamoDBDocumentClient;
  readonly tableName: string;
  readonly clock: Clock;
}

const claimed = v.object({
  tries: v.number(),
  expiresAt: v.number(),
  open: v.optional(v.object({ messageUID: v.string(), seq: v.number() })),
});

/** A holder whose lease ran out may find the job in other hands: then none of its writes passes. */
const whileHeld = "#state = :running AND #token = :token";
const names = { "#state": "state", "#token": "token", "#ttl": "ttl", "#open": "open" };

/**
 * Jobs, in the turns table. A record is `running` under a lease, then `done`.
 *
 *   claim ──► running (token, until expiresAt) ──complete──► done (until rememberUntil)
 *               ▲ │ renew
 *               └─┴──release, or the lease ends──► free for the next claim
 *
 * One `expiresAt` serves both: a record past it is as good as none, except for the `tries` of a job that is not done, which
 * each claim counts up.
 */
export const makeJobsTable = ({ client, tableName, clock }: TurnsTablePorts): JobStore => {
  const conditionalUpdate = makeConditionalUpdate({ client, tableName, names });
  const update = (id: JobId, expression: string, condition: string, values: Record<string, unknown>) =>
    conditionalUpdate({ turn: jobKeyOf(id) }, { update: expression, condition, values });

  const read = (record: Record<string, unknown>) => parseRecord(claimed, record, "a job record");

  return {
    claim: async (id, { token, expiresAt }): Promise<JobClaim> => {
      const now = clock.now();
      const taken = await update(
        id,
        "SET version = :version, #state = :running, #token = :token, expiresAt = :until, #ttl = :ttl REMOVE outcome ADD tries :one",
        // Its own token too: the SDK repeats a write whose reply was lost.
        "attribute_not_exists(turn) OR expiresAt <= :now OR #token = :token",
        {
          ":version": 1,
          ":running": "running",
          ":token": token,
          ":until": expiresAt,
          ":ttl": ttlOf(expiresAt),
          ":now": now,
          ":one": 1,
        },
      );
      if (taken) {
        const { tries, open } = read(taken);
        return { status: "claimed", tries, open };
      }
      const busy = await update(id, "ADD tries :one", "#state = :running", {
        ":running": "running",
        ":one": 1,
      });
      if (!busy) return { status: "done" };
      const { tries, expiresAt: heldUntil } = read(busy);
      return { status: "busy", tries, heldUntil };
    },
    renew: async (id, { token, expiresAt }) => {
      const renewed = await update(id, "SET expiresAt = :until, #ttl = :ttl", whileHeld, {
        ":running": "running",
        ":token": token,
        ":until": expiresAt,
        ":ttl": ttlOf(expiresAt),
      });
      return renewed !== undefined;
    },
    checkpoint: async (id, token, open) => {
      const values = { ":running": "running", ":token": token, ":open": { ...open } };
      await update(id, "SET #open = :open", whileHeld, values);
    },
    complete: async (id, token, outcome, rememberUntil) => {
      const completed = await update(
        id,
        // Its tries are over: a job that is reopened, or forgotten and delivered again, has all of them before it.
        "SET #state = :done, outcome = :outcome, expiresAt = :until, #ttl = :ttl REMOVE tries, #open",
        // Also when it is done already: the SDK repeats a write whose reply was lost.
        "#token = :token",
        {
          ":token": token,
          ":done": "done",
          ":outcome": outcome,
          ":until": rememberUntil,
          ":ttl": ttlOf(rememberUntil),
        },
      );
      return completed !== undefined;
    },
    postpone: async (id, token) => {
      await update(id, "SET expiresAt = :now REMOVE #token ADD tries :less", whileHeld, {
        ":running": "running",
        ":token": token,
        ":now": clock.now(),
        ":less": -1,
      });
    },
    release: async (id, token) => {
      // Without its token no heartbeat that is still under way can take it back.
      await update(id, "SET expiresAt = :now REMOVE #token", whileHeld, {
        ":running": "running",
        ":token": token,
        ":now": clock.now(),
      });
    },
  };
};
