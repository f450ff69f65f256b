/** Words that no shell changes. */
const plainWord = /^[A-Za-z0-9/_.:@%+,-][A-Za-z0-9/_.:@%+,=-]*$/;

/** A word of a POSIX shell's command that has exactly this value. The value has no NUL, which no argument can have. */
export const shellQuote = (value: string): string =>
  plainWord.test(value) ? value : `'${value.replaceAll("'", String.raw`'\''`)}'`;
