/** Calls to a service as AWS counts them, per operation. */
export interface Calls {
  readonly calls: number;
  /** DynamoDB's capacity units, the basis of its price. */
  readonly units: number;
}

export interface Tally {
  readonly dynamodb: Readonly<Record<string, Calls>>;
  /** Calls per operation, without polls that return no message. */
  readonly sqs: Readonly<Record<string, number>>;
  readonly logLines: number;
  readonly logBytes: number;
  /** Log lines that are metrics. */
  readonly metricLines: number;
}

export interface Tallier {
  dynamodb(operation: string, units: number): void;
  sqs(operation: string): void;
  log(line: string): void;
  /** Returns the counts since the last call, and resets them. */
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
