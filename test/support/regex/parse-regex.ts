/** The parts of a regular expression that matter for the work of a backtracking engine. */
export type RegexNode =
  | { readonly type: "character"; readonly source: string }
  | { readonly type: "assertion"; readonly source: "^" | "$" | "\\b" | "\\B" }
  | { readonly type: "sequence"; readonly nodes: readonly RegexNode[] }
  | { readonly type: "choice"; readonly options: readonly RegexNode[] }
  | { readonly type: "repeat"; readonly node: RegexNode; readonly min: number; readonly max: number }
  | { readonly type: "look"; readonly node: RegexNode; readonly behind: boolean; readonly negated: boolean };

const escapeSequence = /^\\(?:u\{[^}]+\}|u[\da-fA-F]{4}|x[\da-fA-F]{2}|[pP]\{[^}]+\}|c[A-Za-z]|[\s\S])/u;
const characterClass = /^\[(?:\\[\s\S]|[^\]\\])*\]/u;
const quantifier = /^(?:([*+?])|\{(\d+)(,?)(\d*)\})\??/;
const groupStart = /^\((?:\?(?:(<?[=!])|:|<\w+>))?/;

/** Parses the syntax that this project uses. @throws Error for the rest, such as back references. */
export const parseRegex = (source: string): RegexNode => {
  let at = 0;
  const take = (pattern: RegExp): RegExpExecArray | undefined => {
    const found = pattern.exec(source.slice(at)) ?? undefined;
    at += found?.[0].length ?? 0;
    return found;
  };

  const atom = (): RegexNode => {
    const group = take(groupStart);
    if (group) {
      const node = choice();
      at += 1;
      const look = group[1];
      return look === undefined
        ? node
        : { type: "look", node, behind: look.startsWith("<"), negated: look.endsWith("!") };
    }
    const escaped = take(escapeSequence)?.[0];
    if (escaped === "\\b" || escaped === "\\B") return { type: "assertion", source: escaped };
    if (escaped !== undefined && /^\\[1-9k]/.test(escaped)) throw new Error(`a back reference in ${source}`);
    const found = escaped ?? take(characterClass)?.[0] ?? take(/^[\s\S]/u)?.[0] ?? "";
    if (found === "^" || found === "$") return { type: "assertion", source: found };
    return { type: "character", source: found };
  };

  const term = (): RegexNode => {
    const node = atom();
    const found = take(quantifier);
    if (!found) return node;
    const [, sign, least, comma, most] = found;
    const min = least === undefined ? (sign === "+" ? 1 : 0) : Number(least);
    const max =
      sign === "?" ? 1 : least !== undefined && comma === "" ? min : Number(most || Number.POSITIVE_INFINITY);
    return { type: "repeat", node, min, max };
  };

  const sequence = (): RegexNode => {
    const nodes: RegexNode[] = [];
    while (at < source.length && source[at] !== "|" && source[at] !== ")") nodes.push(term());
    return { type: "sequence", nodes };
  };

  const choice = (): RegexNode => {
    const options = [sequence()];
    while (source[at] === "|") {
      at += 1;
      options.push(sequence());
    }
    return options.length === 1 && options[0] ? options[0] : { type: "choice", options };
  };

  return choice();
};
