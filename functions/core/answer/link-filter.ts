import { makeCodeFenceTracker } from "./code-fence-tracker.ts";

export interface LinkFilter {
  /** Adds more of the answer, split anywhere; returns the text that can be shown now. */
  push(text: string): string;
  /** Ends the answer and returns the buffered text. */
  end(): string;
  /** Whether the answer contains a link to this file. */
  hasLinkTo(url: string): boolean;
}

/** The opening delimiter of a link's target: in Markdown, in Markdown with angle brackets, and in HTML. */
const openingDelimiter = /\]\(<?|="/g;
/** The delimiter that closes a target. */
const closingDelimiter = (opening: string): RegExp => {
  switch (opening) {
    case "](<":
      return />|\n/g;
    case "](":
      return /\s|\)/g;
    default:
      return /"|\n/g;
  }
};
/** In characters. Anything longer is not treated as a target. */
const maxTargetLength = 4096;

/**
 * Returns a function that finds where a target ends. Positions must not decrease between calls: results are cached per
 * delimiter, so the text is scanned only once.
 */
const makeFindEnd = (text: string) => {
  const found = new Map<string, number>();
  return (opening: string, from: number): number => {
    const cached = found.get(opening);
    if (cached !== undefined && cached >= from) return cached;
    const closing = closingDelimiter(opening);
    closing.lastIndex = from;
    const at = closing.exec(text)?.index ?? Number.POSITIVE_INFINITY;
    found.set(opening, at);
    return at;
  };
};

/**
 * Resolves the links of an answer that is received in pieces, and records which files it links to. A link is buffered
 * until it is complete. Links inside code blocks are not changed.
 */
export const makeLinkFilter = (resolveLink: (url: string) => string): LinkFilter => {
  const code = makeCodeFenceTracker();
  const linked = new Set<string>();
  let buffered = "";

  /** The URL's path, without the query: a file's signature and timestamp differ between two links to it. */
  const pathOf = (url: string): string => URL.parse(resolveLink(url))?.pathname ?? url;

  const pass = (text: string): string => {
    code.push(text);
    return text;
  };

  const push = (more: string): string => {
    if (buffered === "" && !more.includes("]") && !more.includes("=")) return pass(more);
    const all = buffered + more;
    const findEnd = makeFindEnd(all);
    buffered = "";
    let text = "";
    let at = 0;
    for (const { 0: opening, index } of all.matchAll(openingDelimiter)) {
      // This one is inside a target.
      if (index < at) continue;
      const from = index + opening.length;
      const end = findEnd(opening, from);
      if (end > all.length && all.length - from <= maxTargetLength) {
        buffered = all.slice(index);
        return text + pass(all.slice(at, index));
      }
      text += pass(all.slice(at, from));
      const target = end - from > maxTargetLength ? "" : all.slice(from, end);
      if (target !== "") linked.add(pathOf(target));
      text += pass(code.inside ? target : resolveLink(target));
      at = from + target.length;
    }
    // May be the first character of a delimiter.
    const bufferedLength = /[\]=]$/.test(all) ? 1 : 0;
    buffered = all.slice(Math.max(at, all.length - bufferedLength));
    return text + pass(all.slice(at, all.length - buffered.length));
  };

  return {
    push,
    end: () => {
      const rest = buffered;
      buffered = "";
      return rest;
    },
    hasLinkTo: (url) => linked.has(pathOf(url)),
  };
};
