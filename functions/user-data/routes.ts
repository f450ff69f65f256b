import { parseJsonBody } from "#adapters/api-gateway/parse-body.ts";
import type { SignedRoute } from "#adapters/api-gateway/signed-api.ts";
import type { ErasePerson } from "#core/person/erase-person.ts";
import type { ExportPerson } from "#core/person/export-person.ts";
import type { Clock } from "#core/shared/clock.ts";
import type { PseudonymOf } from "#core/shared/pseudonym.ts";
import { type EraseReply, type ExportReply, toEraseReply, toItemReply } from "./person-reply.ts";
import { eraseSchema, exportSchema, toCursor } from "./person-schema.ts";

export interface UserDataPorts {
  readonly exportPerson: ExportPerson;
  readonly erasePerson: ErasePerson;
  readonly pseudonymOf: PseudonymOf;
  readonly clock: Clock;
}

/** How long a call works, in milliseconds: API Gateway's 29 s without the time of the last calls to models' servers. */
const workMs = 15_000;

/** What is stored of an app's user, to read and to erase. */
export const makeUserDataRoutes = ({
  exportPerson,
  erasePerson,
  pseudonymOf,
  clock,
}: UserDataPorts): Record<string, SignedRoute> => ({
  "/v3/user/export.json": async ({ appKey }, { body }): Promise<ExportReply> => {
    const { userId, cursor } = parseJsonBody(exportSchema, body);
    const { items, next } = await exportPerson({ appKey, userId }, cursor, clock.now() + workMs);
    return {
      items: items.map((item) => toItemReply(item, pseudonymOf)),
      ...(next && { next: toCursor(next) }),
    };
  },
  "/v3/user/erase.json": async ({ appKey }, { body }): Promise<EraseReply> => {
    const { userId, until = Number.MAX_SAFE_INTEGER } = parseJsonBody(eraseSchema, body);
    return toEraseReply(await erasePerson({ appKey, userId }, { until, deadline: clock.now() + workMs }));
  },
});
