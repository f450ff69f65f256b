/** Whether the API's BinaryMediaTypes contain the first media type of a Content-Type or Accept header. */
export const isBinaryMediaType = (
  binaryMediaTypes: readonly string[],
  header: string | undefined,
): boolean => {
  if (binaryMediaTypes.includes("*/*") || binaryMediaTypes.includes("*~1*")) return true;
  const mediaType = header?.split(/[,;]/)[0]?.trim().toLowerCase();
  return mediaType !== undefined && binaryMediaTypes.includes(mediaType);
};
