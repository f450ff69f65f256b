import type { DeadLetter, RedriveResult } from "#core/jobs/redrive-jobs.ts";
import { describeResult, letterLine } from "./letter-line.ts";

/** What the command prints, line by line as it happens. */
export interface RedriveReport {
  addListed(letter: DeadLetter): void;
  addResult(letter: DeadLetter, result: RedriveResult): void;
  /** `queue`: turns or webhooks. `count`: about how many of its dead letters SQS did not deliver. */
  addHidden(queue: string, count: number): void;
  /** Prints the totals, or `nothing` where there were no letters. */
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
        `${queue}: SQS counts ${count} more that it does not deliver now: they are behind others of their conversation, ` +
          "another redrive holds them (for up to 5 minutes), or they are gone (the count may be a minute old).",
      );
    },
    end: (nothing) => {
      if (results.length > 0) {
        const removed = countOf("redriven", "settled");
        print(
          `${countOf("redriven")} redriven, ${countOf("settled")} removed, ${results.length - removed} left.`,
        );
      } else if (listed > 0) print(`${listed} in the dead letters. ${hint}`);
      else if (hidden === 0) print(nothing);
    },
    hasFailures: () => countOf("failed") > 0,
  };
};
