import type { IMetric } from "aws-cdk-lib/aws-cloudwatch";

/** A CloudWatch alarm. */
export interface AlarmSpec {
  /** Id of the construct, and part of the alarm's name. */
  readonly id: string;
  /** What is wrong: a sentence without its full stop, for the notification. */
  readonly problem: string;
  /** How users notice: a sentence without its full stop, for the notification. */
  readonly impact: string;
  /** Anchor of its heading in docs/runbook.md. */
  readonly runbookEntry: string;
  readonly metric: IMetric;
  /** The alarm goes off when the metric exceeds this value. */
  readonly threshold: number;
  /** How many of the last `evaluated` periods must exceed the threshold; default: 1 of 1. */
  readonly periods?: { readonly breaching: number; readonly evaluated: number };
}
