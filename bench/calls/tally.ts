/** Calls to a service as AWS counts them, per operation. */
export interface Calls {
  readonly calls: number;
  /** DynamoDB's capacity units, the basis of its price. */
  readonly units: number;
}

export interface Tally {
  readonly dynamodb: Readonly<Record<string, Calls>>;
  /** Calls per operation, without polls that return no message: of FIFO queues, and of standard queues, which cost less. */
  readonly sqs: Readonly<Record<string, number>>;
  readonly sqsStandard: Readonly<Record<string, number>>;
  /** Calls to the IM, and the bytes of their requests. */
  readonly im: { readonly calls: number; readonly bytes: number };
  readonly logLines: number;
  readonly logBytes: number;
  /** Log lines that are metrics. */
  readonly metricLines: number;
}

export interface Tallier {
  dynamodb(operation: string, units: number): void;
  sqs(operation: string, isFifo: boolean): void;
  im(bytes: number): void;
  log(line: string): void;
  /** Returns the counts since the last call, and resets them. */
  take(): Tally;
}

export const makeTallier = (): Tallier => {
  let dynamodb = new Map<string, Calls>();
  let sqs = new Map<string, number>();
  let sqsStandard = new Map<string, number>();
  let im = { calls: 0, bytes: 0 };
  let lines: string[] = [];
  const sorted = <T>(all: ReadonlyMap<string, T>): Record<string, T> => Object.fromEntries([...all].sort());
  return {
    dynamodb: (operation, added) => {
      const { calls, units } = dynamodb.get(operation) ?? { calls: 0, units: 0 };
      dynamodb.set(operation, { calls: calls + 1, units: units + added });
    },
    sqs: (operation, isFifo) => {
      const counts = isFifo ? sqs : sqsStandard;
      counts.set(operation, (counts.get(operation) ?? 0) + 1);
    },
    im: (bytes) => {
      im = { calls: im.calls + 1, bytes: im.bytes + bytes };
    },
    log: (line) => void lines.push(line),
    take: () => {
      const tally = {
        dynamodb: sorted(dynamodb),
        sqs: sorted(sqs),
        sqsStandard: sorted(sqsStandard),
        im,
        logLines: lines.length,
        logBytes: lines.reduce((bytes, line) => bytes + Buffer.byteLength(line), 0),
        metricLines: lines.filter((line) => line.includes('"_aws"')).length,
      };
      dynamodb = new Map();
      sqs = new Map();
      sqsStandard = new Map();
      im = { calls: 0, bytes: 0 };
      lines = [];
      return tally;
    },
  };
};
