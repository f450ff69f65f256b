import type { IMetric } from "aws-cdk-lib/aws-cloudwatch";

/** What an alarm watches, and when it goes off. */
export interface AlarmSpec {
  /** Of its construct, and within its name. */
  readonly id: string;
  /** In plain words, for the mail that it sends. */
  readonly problem: string;
  /** Its heading in docs/runbook.md, as a link there names it. */
  readonly runbookEntry: string;
  readonly metric: IMetric;
  /** It goes off above this. */
  readonly threshold: number;
  /** Of the last `of` periods, how many must be above. */
  readonly periods?: { readonly breaching: number; readonly evaluated: number };
}
