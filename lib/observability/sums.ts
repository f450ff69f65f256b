import type { Duration } from "aws-cdk-lib";
import { type IMetric, MathExpression } from "aws-cdk-lib/aws-cloudwatch";

/** Metrics by their id in an expression. A metric without data counts as 0. */
export type NamedMetrics = Readonly<Record<string, IMetric>>;

/** An expression for their sum. */
export const sumOf = (metrics: NamedMetrics): string =>
  `(${Object.keys(metrics)
    .map((id) => `FILL(${id},0)`)
    .join("+")})`;

/** Gives each metric an id that CloudWatch accepts: it starts with a lower-case letter. */
export const named = (prefix: string, metrics: readonly IMetric[]): Record<string, IMetric> =>
  Object.fromEntries(metrics.map((metric, index) => [`${prefix}${index}`, metric]));

export const expression = (
  text: string,
  usingMetrics: NamedMetrics,
  label: string,
  period: Duration,
): MathExpression =>
  new MathExpression({ expression: text, usingMetrics: { ...usingMetrics }, label, period });
