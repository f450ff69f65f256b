import type { DeadLetter, RedriveResult } from "#core/jobs/redrive-jobs.ts";
import { describeResult, letterLine } from "./letter-line.ts";

/** The command's output, printed line by line. */
export interface RedriveReport {
  addListed(letter: DeadLetter): void;
  addResult(letter: DeadLetter, result: RedriveResult): void;
  /** `queue`: turns or webhooks. `count`: approximate number of its dead letters that SQS did not deliver. */
  addHidden(queue: string, count: number): void;
  /** Prints the totals, or `nothing` if there were no dead letters. */
  end(nothing: string): void;
  hasFailures(): boolean;
}

const hint =
  "Redrive them with --all, or some of them with --bot, --integration or --message (docs/runbook.md).";

export const makeRedriveReport = (print: (line: string) => void): RedriveReport => {
  let listed = 0;
  let hidden = 0;
  const results: RedriveResult[] = [];
  const countOf = (...statuses: RedriveResult["status"][]): number =>
    results.filter(({ status }) => statuses.includes(status)).length;

  return {
    addListed: (letter) => {
      listed += 1;
      print(letterLine(letter));
    },
    addResult: (letter, result) => {
      results.push(result);
      print(`${letterLine(letter)}  → ${describeResult(result)}`);
    },
    addHidden: (queue, count) => {
      hidden += count;
      if (count === 0) return;
      print(
        `${queue}: SQS counts ${count} more dead letters that it does not deliver now: they are queued behind others of their conversation, ` +
          "in use by another redrive (for up to 5 minutes), or already deleted (the count can be a minute old).",
      );
    },
    end: (nothing) => {
      if (results.length > 0) {
        const removed = countOf("redriven", "settled");
        print(
          `${countOf("redriven")} redriven, ${countOf("settled")} removed, ${results.length - removed} skipped or failed.`,
        );
      } else if (listed > 0) print(`Dead letters: ${listed}. ${hint}`);
      else if (hidden === 0) print(nothing);
    },
    hasFailures: () => countOf("failed") > 0,
  };
};
