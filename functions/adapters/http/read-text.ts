const firstBytes = 16 * 1024;

/**
 * The body as UTF-8 text, cut off at `maxBytes`; the rest is not read. The bytes are copied together as they arrive: a chunk
 * of one byte takes a hundred times its size in memory.
 */
export const readText = async (body: AsyncIterable<Buffer>, maxBytes: number): Promise<string> => {
  let read = Buffer.alloc(Math.min(firstBytes, maxBytes));
  let size = 0;
  for await (const chunk of body) {
    const end = Math.min(size + chunk.length, maxBytes);
    if (end > read.length) {
      const larger = Buffer.alloc(Math.min(Math.max(end, 2 * read.length), maxBytes));
      read.copy(larger);
      read = larger;
    }
    size += chunk.copy(read, size, 0, end - size);
    if (size >= maxBytes) break;
  }
  return read.toString("utf8", 0, size);
};
