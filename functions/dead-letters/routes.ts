import { parseJsonBody } from "#adapters/api-gateway/parse-body.ts";
import type { SignedRoute } from "#adapters/api-gateway/signed-api.ts";
import type { AppDeadLetters } from "#core/jobs/app-dead-letters.ts";
import type { PseudonymOf } from "#core/shared/pseudonym.ts";
import { deadQuerySchema, redriveSchema } from "./dead-letters-schema.ts";
import { toDeadLettersReply, toRedrivenReply } from "./to-dead-letters-reply.ts";

export interface DeadLettersPorts {
  readonly deadLetters: AppDeadLetters;
  readonly pseudonymOf: PseudonymOf;
}

/** An app's dead letters: jobs that were given up (docs/api.md). */
export const makeDeadLettersRoutes = ({
  deadLetters,
  pseudonymOf,
}: DeadLettersPorts): Record<string, SignedRoute> => ({
  "/v3/job/dead/query.json": async ({ appKey }, { body }) => {
    const { limit, userId: bot, ...filter } = parseJsonBody(deadQuerySchema, body);
    return toDeadLettersReply(await deadLetters.list(appKey, { ...filter, bot }, limit), pseudonymOf);
  },
  "/v3/job/dead/redrive.json": async ({ appKey }, { body }) => {
    const { ids, filter: { userId: bot, ...filter } = {} } = parseJsonBody(redriveSchema, body);
    return toRedrivenReply(
      ids
        ? await deadLetters.redriveIds(appKey, ids)
        : await deadLetters.redriveMatching(appKey, { ...filter, bot }),
    );
  },
});
