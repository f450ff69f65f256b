import { makeCodeFenceTracker } from "./code-fence-tracker.ts";

export interface LinkFilter {
  /** Takes more of the answer, split anywhere; gives what can be shown of it. */
  push(text: string): string;
  /** The answer has ended: gives what was held back of it. */
  end(): string;
  /** Whether the answer has a link to this file. */
  hasLinkTo(url: string): boolean;
}

/** What a link's target begins with: in markdown, there in angle brackets, and in HTML. */
const beginning = /\]\(<?|="/g;
/** What it ends at. */
const endingOf = (begin: string): RegExp => {
  switch (begin) {
    case "](<":
      return />|\n/g;
    case "](":
      return /\s|\)/g;
    default:
      return /"|\n/g;
  }
};
/** A target that is longer than this is none. */
const maxTargetLength = 4096;

/** Where the next target of a kind ends; asked of places further and further on, it reads the text once. */
const makeFindEnd = (text: string) => {
  const found = new Map<string, number>();
  return (begin: string, from: number): number => {
    const known = found.get(begin);
    if (known !== undefined && known >= from) return known;
    const ending = endingOf(begin);
    ending.lastIndex = from;
    const at = ending.exec(text)?.index ?? Number.POSITIVE_INFINITY;
    found.set(begin, at);
    return at;
  };
};

/**
 * Resolves the links of an answer that comes piece by piece, and knows which files it links to. A link is held back until it is
 * whole; links within a code block stay as they are.
 */
export const makeLinkFilter = (resolveLink: (url: string) => string): LinkFilter => {
  const code = makeCodeFenceTracker();
  const linked = new Set<string>();
  let held = "";

  /** Without its query: a file's signature and time differ between two mentions of it. */
  const fileOf = (url: string): string => URL.parse(resolveLink(url))?.pathname ?? url;

  const pass = (text: string): string => {
    code.push(text);
    return text;
  };

  const push = (more: string): string => {
    if (held === "" && !more.includes("]") && !more.includes("=")) return pass(more);
    const all = held + more;
    const findEnd = makeFindEnd(all);
    held = "";
    let text = "";
    let at = 0;
    for (const { 0: begin, index } of all.matchAll(beginning)) {
      // It stands within a target.
      if (index < at) continue;
      const from = index + begin.length;
      const end = findEnd(begin, from);
      if (end > all.length && all.length - from <= maxTargetLength) {
        held = all.slice(index);
        return text + pass(all.slice(at, index));
      }
      text += pass(all.slice(at, from));
      const target = end - from > maxTargetLength ? "" : all.slice(from, end);
      if (target !== "") linked.add(fileOf(target));
      text += pass(code.inside ? target : resolveLink(target));
      at = from + target.length;
    }
    const kept = /[\]=]$/.test(all) ? 1 : 0;
    held = all.slice(Math.max(at, all.length - kept));
    return text + pass(all.slice(at, all.length - held.length));
  };

  return {
    push,
    end: () => {
      const rest = held;
      held = "";
      return rest;
    },
    hasLinkTo: (url) => linked.has(fileOf(url)),
  };
};
