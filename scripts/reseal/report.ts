import type { ResealResult } from "#adapters/dynamodb/reseal-keys.ts";
import { clean } from "../redrive/letter-line.ts";

/** The command's output, printed line by line. It contains no key. */
export interface ResealReport {
  add(result: ResealResult): void;
  /** Prints the totals. */
  end(): void;
  hasFailures(): boolean;
}

export const makeResealReport = (print: (line: string) => void): ResealReport => {
  const results: ResealResult[] = [];
  const countOf = (status: ResealResult["status"]): number =>
    results.filter((result) => result.status === status).length;

  return {
    add: (result) => {
      results.push(result);
      if (result.status !== "failed") return;
      const { appKey, item, type = "all keys", reason } = result;
      print([appKey, item.replace(/^bot#/, ""), type, `failed: ${reason}`].map(clean).join("  "));
    },
    end: () => {
      const counts = `${countOf("resealed")} encrypted again, ${countOf("current")} already up to date, ${countOf("failed")} failed`;
      print(`API keys: ${counts}.`);
      print(
        countOf("failed") > 0
          ? "Those that failed are unchanged. Keep the old data keys (docs/deploy.md, Change keys)."
          : "Every API key is encrypted with the first data key of its app.",
      );
    },
    hasFailures: () => countOf("failed") > 0,
  };
};
