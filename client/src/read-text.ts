/** Reads at most `maxBytes` of a body as a string; the rest is not waited for. */
export const readText = async (body: AsyncIterable<Uint8Array>, maxBytes: number): Promise<string> => {
  const decoder = new TextDecoder();
  let text = "";
  let remaining = maxBytes;
  for await (const piece of body) {
    text += decoder.decode(piece.subarray(0, remaining), { stream: true });
    remaining -= piece.length;
    if (remaining <= 0) break;
  }
  return text;
};
