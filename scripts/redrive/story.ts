import type { DeadLetter, LetterFate } from "#core/jobs/redrive-jobs.ts";
import { describeFate, letterLine } from "./letter-line.ts";

/** What a person reads as it happens. */
export interface Story {
  list(letter: DeadLetter): void;
  tell(letter: DeadLetter, fate: LetterFate): void;
  /** `way`: turns or webhooks. */
  hide(way: string, count: number): void;
  /** `nothing`: what is said where there was nothing to tell. */
  end(nothing: string): void;
  hasFailures(): boolean;
}

const hint = "Have them run again: --all, or some by --bot, --integration, --message (docs/runbook.md).";

export const makeStory = (say: (line: string) => void): Story => {
  let listed = 0;
  let hidden = 0;
  const fates: LetterFate[] = [];
  const countOf = (...statuses: LetterFate["status"][]): number =>
    fates.filter(({ status }) => statuses.includes(status)).length;

  return {
    list: (letter) => {
      listed += 1;
      say(letterLine(letter));
    },
    tell: (letter, fate) => {
      fates.push(fate);
      say(`${letterLine(letter)}  → ${describeFate(fate)}`);
    },
    hide: (way, count) => {
      hidden += count;
      if (count === 0) return;
      say(
        `${way}: SQS counts ${count} more, which it does not hand out now: they wait behind others of their conversation, ` +
          "another redrive has them (5 minutes at most), or they are gone (its count may be a minute old).",
      );
    },
    end: (nothing) => {
      if (fates.length > 0) {
        const taken = countOf("redriven", "settled");
        say(
          `${countOf("redriven")} redriven, ${countOf("settled")} taken out, ${fates.length - taken} left.`,
        );
      } else if (listed > 0) say(`${listed} in the dead letters. ${hint}`);
      else if (hidden === 0) say(nothing);
    },
    hasFailures: () => countOf("failed") > 0,
  };
};
