/** In US dollars, for us-east-1. docs/cost.md names the source and date of each price. */
export const prices = {
  lambdaRequests: 0.2 / 1e6,
  /** arm64, for the first 7.5 billion GB-seconds a month. */
  lambdaGigabyteSecond: 0.0000133334,
  /** Of the smallest instance with 8 GB and two processors, `m7g.large`; Lambda manages it for a share on top. */
  instanceHour: 0.0816,
  instanceFee: 0.15,
  apiRequests: 3.5 / 1e6,
  /** Per 64 KB. */
  sqsFifoRequests: 0.5 / 1e6,
  sqsStandardRequests: 0.4 / 1e6,
  /** On demand: writes of up to 1 KB, strongly consistent reads of up to 4 KB. */
  dynamodbWrites: 0.625 / 1e6,
  dynamodbReads: 0.125 / 1e6,
  logGigabyte: 0.5,
  secretReads: 0.05 / 1e4,
  keyCalls: 0.03 / 1e4,
  traces: 5 / 1e6,
  outboundGigabyte: 0.09,
  /** Per month. */
  alarmMetric: 0.1,
  customMetric: 0.3,
  dashboard: 3,
  secret: 0.4,
  key: 1,
} as const;
