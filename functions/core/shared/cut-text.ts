/** The length, `length` or one less, of a beginning of the text that does not end in half a surrogate pair. */
export const wholeLength = (text: string, length: number): number =>
  /^[\uD800-\uDBFF][\uDC00-\uDFFF]/.test(text.slice(length - 1, length + 1)) ? length - 1 : length;
