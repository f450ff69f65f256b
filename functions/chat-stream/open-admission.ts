import { randomUUID } from "node:crypto";
import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import * as v from "valibot";
import { makeLimitsTable } from "#adapters/dynamodb/limits-table.ts";
import { makeSlotsTable } from "#adapters/dynamodb/slots-table.ts";
import { makeUserGuard, userLimitsEnv } from "#adapters/dynamodb/user-guard.ts";
import { nonEmptyString, positiveInteger } from "#adapters/node/environment.ts";
import type { AppSecrets } from "#adapters/secrets/app-secrets.ts";
import { type AcquireReader, makeAcquireReader } from "#core/chat/acquire-reader.ts";
import type { AcquireChatSlot } from "#core/chat/chat-access.ts";
import type { UserGuard } from "#core/chat/user-guard.ts";
import type { Clock } from "#core/shared/clock.ts";
import type { Log } from "#core/shared/log.ts";
import type { Metrics } from "#core/shared/metrics.ts";
import type { PseudonymOf } from "#core/shared/pseudonym.ts";
import { botSlot, makeAcquireSlots, stageSlot } from "#core/shared/slots.ts";
import { type CountTurn, makeCountTurn } from "#core/turn/count-turn.ts";

export const admissionEnv = {
  GUARDS_TABLE: nonEmptyString,
  ...userLimitsEnv,
  SLOTS_PER_APP: positiveInteger,
  SLOTS_PER_BOT: positiveInteger,
  /** Empty: the function's reserved concurrency is the limit. */
  SLOTS_IN_TOTAL: v.union([v.literal(""), positiveInteger]),
};

export interface AdmissionPorts {
  readonly env: v.InferOutput<v.ObjectSchema<typeof admissionEnv, undefined>>;
  readonly client: DynamoDBDocumentClient;
  readonly apps: AppSecrets;
  readonly pseudonymOf: PseudonymOf;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly log: Log;
}

export interface ChatAdmission {
  readonly guard: UserGuard;
  readonly acquireSlot: AcquireChatSlot;
  readonly countTurn: CountTurn;
  readonly acquireReader: AcquireReader;
}

/** What admits users' turns and readers: revocations, limits, slots and counts, all in the guards table. */
export const openAdmission = ({
  env,
  client,
  apps,
  pseudonymOf,
  metrics,
  clock,
  log,
}: AdmissionPorts): ChatAdmission => {
  const table = { client, tableName: env.GUARDS_TABLE, clock };
  /** Enough for two devices that follow all of a user's running turns and reconnect every two seconds. */
  const readers = makeUserGuard({
    ...table,
    counts: "readers",
    limits: { turnsPerMinute: 60, turnsAtOnce: 2 * env.TURNS_AT_ONCE },
  });
  const acquireSlots = makeAcquireSlots({
    store: makeSlotsTable({ ...table, random: Math.random }),
    channel: "http",
    clock,
    metrics,
    log,
  });
  const slotLimits = { perApp: env.SLOTS_PER_APP, perBot: env.SLOTS_PER_BOT };
  const acquireSlot: AcquireChatSlot = ({ slot, until, ...of }) =>
    acquireSlots([
      botSlot("http", { slot, until, ...of }, slotLimits),
      ...(env.SLOTS_IN_TOTAL === "" ? [] : [stageSlot("http", { slot, until }, env.SLOTS_IN_TOTAL)]),
    ]);
  return {
    guard: makeUserGuard({
      ...table,
      counts: "turns",
      limits: { turnsPerMinute: env.TURNS_PER_MINUTE, turnsAtOnce: env.TURNS_AT_ONCE },
    }),
    acquireSlot,
    countTurn: makeCountTurn({ store: makeLimitsTable(table), apps, clock, metrics, log, pseudonymOf }),
    acquireReader: makeAcquireReader({ readers, acquireSlot, newId: randomUUID, log }),
  };
};
