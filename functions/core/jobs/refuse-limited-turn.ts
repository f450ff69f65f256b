import { limitTextOf } from "#core/answer/answer-ending.ts";
import type { Log } from "#core/shared/log.ts";
import { nameOfLimit } from "#core/turn/limit-names.ts";
import type { CountableTurn, LimitStore, ReachedLimit } from "#core/turn/limit-store.ts";
import type { Turn } from "#core/turn/turn.ts";
import { logWarning } from "./job-lease.ts";
import type { ReportJob } from "./job-report.ts";
import type { EndedJob } from "./job-story.ts";
import type { SendSentence } from "./send-sentence.ts";
import type { TurnRun } from "./turn-run.ts";

export interface RefuseLimitedTurnPorts {
  readonly notices: Pick<LimitStore, "claimNotice">;
  readonly sendSentence: SendSentence;
  readonly report: ReportJob;
  readonly log: Log;
}

export const countableTurnOf = ({ appKey, bot, integration, event }: Turn): CountableTurn => ({
  appKey,
  botUserId: bot.userId,
  userId: event.data.fromUserId,
  integration,
});

/**
 * Ends a turn that a limit does not allow: the model is not asked. The user is told once in the limit's window, also if several
 * messages arrive at once.
 */
export const makeRefuseLimitedTurn =
  ({ notices, sendSentence, report, log }: RefuseLimitedTurnPorts) =>
  async (run: TurnRun, by: ReachedLimit): Promise<EndedJob> => {
    const { turn, leased } = run;
    const { job, tries } = leased;
    const isFirst = await notices
      .claimNotice(countableTurnOf(turn), by)
      .catch(logWarning(log, "limit_notice_not_claimed", job));
    const userNotified =
      isFirst === true && (await sendSentence(run, limitTextOf(turn.integration.options, by.limit)));
    const freeAt = new Date(by.freeAt).toISOString();
    const limit = nameOfLimit(by);
    report("limited", job, { tries, limit, freeAt, userNotified });
    return { status: "ended", outcome: "limited", ending: { outcome: "limited", detail: limit } };
  };
