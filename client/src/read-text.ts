/** The body as text, at most `limitBytes` of it; what is over is not waited for. */
export const readText = async (body: AsyncIterable<Uint8Array>, limitBytes: number): Promise<string> => {
  const decoder = new TextDecoder();
  let text = "";
  let left = limitBytes;
  for await (const piece of body) {
    text += decoder.decode(piece.subarray(0, left), { stream: true });
    left -= piece.length;
    if (left <= 0) break;
  }
  return text;
};
