/** The body as text, at most `limitBytes` of it; what is over is not waited for. */
export const readText = async (body: AsyncIterable<Buffer>, limitBytes: number): Promise<string> => {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of body) {
    pieces.push(piece);
    size += piece.length;
    if (size >= limitBytes) break;
  }
  return Buffer.concat(pieces).subarray(0, limitBytes).toString("utf8");
};
