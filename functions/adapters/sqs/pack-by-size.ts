/** SendMessageBatch takes ten messages, of 256 KiB together (1 MiB since 2025, but not everywhere). */
const mostMessages = 10;
const mostBytes = 256 * 1024;

/** Splits messages into batches that SQS takes, in order. A message that is too large alone goes alone. */
export const packBySize = <T>(messages: readonly T[], bytesOf: (message: T) => number): T[][] => {
  const batches: T[][] = [];
  let current: T[] = [];
  let bytes = 0;
  for (const message of messages) {
    const size = bytesOf(message);
    if (current.length === mostMessages || (current.length > 0 && bytes + size > mostBytes)) {
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
