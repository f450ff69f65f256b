/** What AWS would count of a service's calls, by operation. */
export interface Calls {
  readonly calls: number;
  /** Of DynamoDB: capacity units, as its price goes. */
  readonly units: number;
}

export interface Tally {
  readonly dynamodb: Readonly<Record<string, Calls>>;
  /** Of messages and what is done with them; a poll that finds nothing is not a turn's. */
  readonly sqs: Readonly<Record<string, number>>;
  readonly logLines: number;
  readonly logBytes: number;
  /** Lines of the log that are a metric. */
  readonly metricLines: number;
}

export interface Tallier {
  dynamodb(operation: string, units: number): void;
  sqs(operation: string): void;
  log(line: string): void;
  /** What has come since the last look. */
  take(): Tally;
}

export const makeTallier = (): Tallier => {
  let dynamodb = new Map<string, Calls>();
  let sqs = new Map<string, number>();
  let lines: string[] = [];
  const sorted = <T>(all: ReadonlyMap<string, T>): Record<string, T> => Object.fromEntries([...all].sort());
  return {
    dynamodb: (operation, added) => {
      const { calls, units } = dynamodb.get(operation) ?? { calls: 0, units: 0 };
      dynamodb.set(operation, { calls: calls + 1, units: units + added });
    },
    sqs: (operation) => void sqs.set(operation, (sqs.get(operation) ?? 0) + 1),
    log: (line) => void lines.push(line),
    take: () => {
      const tally = {
        dynamodb: sorted(dynamodb),
        sqs: sorted(sqs),
        logLines: lines.length,
        logBytes: lines.reduce((bytes, line) => bytes + Buffer.byteLength(line), 0),
        metricLines: lines.filter((line) => line.includes('"_aws"')).length,
      };
      dynamodb = new Map();
      sqs = new Map();
      lines = [];
      return tally;
    },
  };
};
