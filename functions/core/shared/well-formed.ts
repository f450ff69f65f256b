/**
 * The text without NUL, and with U+FFFD for each lone surrogate. Clients cut texts at a number of code units, which leaves half
 * an emoji. Models and Dify's database reject both.
 */
export const wellFormed = (text: string): string => text.toWellFormed().replaceAll("\0", "");
