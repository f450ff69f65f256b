import { commandTextOf } from "#core/answer/answer-ending.ts";
import type { CommandName } from "#core/bot/commands.ts";
import { type ConversationStore, conversationKeyOf } from "#core/turn/conversation.ts";
import { jobIdOf } from "./job.ts";
import type { ReportJob } from "./job-report.ts";
import type { JobStore } from "./job-store.ts";
import type { EndedJob } from "./job-story.ts";
import type { SendSentence } from "./send-sentence.ts";
import type { TurnRun } from "./turn-run.ts";

export interface RunCommandPorts {
  readonly conversations: Pick<ConversationStore, "forget">;
  readonly jobs: Pick<JobStore, "claimNotice">;
  readonly sendSentence: SendSentence;
  readonly report: ReportJob;
}

/**
 * Runs the command that a message is, and replies to it. What it stops was stopped when it was accepted: its job runs after the
 * jobs of earlier messages.
 */
export const makeRunCommand =
  ({ conversations, jobs, sendSentence, report }: RunCommandPorts) =>
  async (run: TurnRun, command: CommandName): Promise<EndedJob> => {
    const { turn, leased } = run;
    const { job, lease, tries } = leased;
    if (job.redrivenAt !== undefined) {
      const detail = "a command is not run later: the user may have gone on";
      report("dropped", job, { reason: detail });
      return { status: "ended", outcome: "dropped", ending: { outcome: "dropped", detail } };
    }
    if (command === "reset") await conversations.forget(conversationKeyOf(turn));
    const text = commandTextOf(turn.integration.options, command);
    // Once, also if a worker dies after it.
    const isFirst = text !== undefined && (await jobs.claimNotice(jobIdOf(job), lease.token));
    const userNotified = isFirst && (await sendSentence(run, text));
    report("delivered", job, { tries, command, userNotified });
    return { status: "ended", outcome: "command", ending: { outcome: "command", detail: command } };
  };
