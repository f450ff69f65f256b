import type { Duration } from "aws-cdk-lib";
import { type IMetric, MathExpression } from "aws-cdk-lib/aws-cloudwatch";

/** Named metrics, for an expression; a metric that has noted nothing counts as none. */
export type NamedMetrics = Readonly<Record<string, IMetric>>;

/** The sum of all of them, as a part of an expression. */
export const sumOf = (metrics: NamedMetrics): string =>
  `(${Object.keys(metrics)
    .map((id) => `FILL(${id},0)`)
    .join("+")})`;

/** Each with an id that CloudWatch takes: it begins with a small letter. */
export const named = (prefix: string, metrics: readonly IMetric[]): Record<string, IMetric> =>
  Object.fromEntries(metrics.map((metric, index) => [`${prefix}${index}`, metric]));

export const expression = (
  text: string,
  usingMetrics: NamedMetrics,
  label: string,
  period: Duration,
): MathExpression =>
  new MathExpression({ expression: text, usingMetrics: { ...usingMetrics }, label, period });
