/** Fn::Sub's `${name}`, where `${!name}` stands for the literal `${name}`. */
export const substitute = (pattern: string, meaningOf: (name: string) => string): string =>
  pattern.replace(/\$\{(!?)([^}]+)\}/g, (_whole, literal: string, name: string) =>
    literal ? `\${${name}}` : meaningOf(name.trim()),
  );
