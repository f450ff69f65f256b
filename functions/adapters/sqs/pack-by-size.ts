/** SendMessageBatch accepts ten messages of 256 KiB in total (1 MiB since 2025, but not in all regions). */
const maxMessages = 10;
const maxBatchBytes = 256 * 1024;

/** Splits messages into batches within SQS's limits, in order. A message above the limit gets its own batch. */
export const packBySize = <T>(messages: readonly T[], bytesOf: (message: T) => number): T[][] => {
  const batches: T[][] = [];
  let current: T[] = [];
  let bytes = 0;
  for (const message of messages) {
    const size = bytesOf(message);
    if (current.length === maxMessages || (current.length > 0 && bytes + size > maxBatchBytes)) {
      batches.push(current);
      current = [];
      bytes = 0;
    }
    current.push(message);
    bytes += size;
  }
  if (current.length > 0) batches.push(current);
  return batches;
};
