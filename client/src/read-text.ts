/** Reads at most `maxChars` characters of a body; the rest is not waited for. */
export const readText = async (body: AsyncIterable<string>, maxChars: number): Promise<string> => {
  let text = "";
  for await (const piece of body) {
    text += piece;
    if (text.length >= maxChars) break;
  }
  return text.slice(0, maxChars);
};
