import type { JobId } from "#core/jobs/job.ts";
import type { JobStore, TurnCheckpoint } from "#core/jobs/job-store.ts";
import type { Clock } from "#core/shared/clock.ts";

export interface JobRecord extends TurnCheckpoint {
  readonly state: "running" | "done";
  readonly token: string | undefined;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
  readonly tries: number;
  readonly outcome: string | undefined;
  readonly noticedBy?: string | undefined;
}

export interface MemoryJobs extends JobStore {
  recordOf(id: JobId): JobRecord | undefined;
  /** The record as another worker may have left it. */
  plant(id: JobId, given: Partial<JobRecord>): void;
}

/** Stores jobs as the turns table does. */
export const makeMemoryJobs = (clock: Clock): MemoryJobs => {
  const records = new Map<string, JobRecord>();
  const fresh: JobRecord = { state: "running", token: undefined, expiresAt: 0, tries: 0, outcome: undefined };
  const recordOf = (id: JobId): JobRecord | undefined => records.get(JSON.stringify(id));
  const plant = (id: JobId, given: Partial<JobRecord>): void => {
    records.set(JSON.stringify(id), { ...fresh, ...recordOf(id), ...given });
  };
  const holder = (id: JobId, token: string): JobRecord | undefined => {
    const record = recordOf(id);
    return record?.token === token ? record : undefined;
  };
  return {
    recordOf,
    plant,
    claim: async (id, { token, expiresAt }) => {
      const record = recordOf(id) ?? fresh;
      const tries = record.tries + 1;
      if (record.expiresAt > clock.now()) {
        if (record.state === "done") return { status: "done" };
        plant(id, { tries });
        return { status: "busy", tries, heldUntil: record.expiresAt };
      }
      plant(id, { state: "running", token, expiresAt, tries, outcome: undefined });
      return { status: "claimed", tries, open: record.open, reference: record.reference };
    },
    renew: async (id, { token, expiresAt }) => {
      if (holder(id, token)?.state !== "running") return false;
      plant(id, { expiresAt });
      return true;
    },
    checkpoint: async (id, { token, expiresAt }, open, reference) => {
      if (holder(id, token)?.state !== "running") return false;
      plant(id, { expiresAt, ...(open && { open }), ...(reference !== undefined && { reference }) });
      return true;
    },
    claimNotice: async (id, token) => {
      const record = holder(id, token);
      if (record?.state !== "running" || (record.noticedBy ?? token) !== token) return false;
      plant(id, { noticedBy: token });
      return true;
    },
    complete: async (id, token, outcome, rememberUntil) => {
      if (!holder(id, token)) return false;
      plant(id, {
        state: "done",
        outcome,
        expiresAt: rememberUntil,
        tries: 0,
        open: undefined,
        reference: undefined,
        noticedBy: undefined,
      });
      return true;
    },
    postpone: async (id, token, { forgetsTries = false } = {}) => {
      const record = holder(id, token);
      const tries = forgetsTries || !record ? 0 : record.tries - 1;
      if (record?.state === "running") plant(id, { token: undefined, expiresAt: clock.now(), tries });
    },
    release: async (id, token) => {
      if (holder(id, token)?.state === "running") plant(id, { token: undefined, expiresAt: clock.now() });
    },
  };
};
