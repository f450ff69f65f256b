import fc from "fast-check";

const character = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: 0x20, max: 0x7e }) },
  fc.integer({ min: 0, max: 0x7f }),
  fc.integer({ min: 0x80, max: 0xd7ff }),
  fc.constantFrom(0xfeff, 0xfffd, 0xfffe, 0xffff),
  fc.integer({ min: 0xe000, max: 0x10ffff }),
);

/**
 * Strings of whole characters of every kind: control characters, every plane, unassigned ones. fast-check's
 * own unit `binary` is equivalent, and takes a second to start.
 */
export const anyText = fc.string({ unit: character.map((code) => String.fromCodePoint(code)) });
