import { makeFenceTracker } from "./fence-tracker.ts";

export interface LinkFilter {
  /** Takes more of the answer, split anywhere; gives what can be shown of it. */
  push(text: string): string;
  /** The answer has ended: gives what was held back of it. */
  end(): string;
  /** The address as it works from anywhere. */
  absolute(url: string): string;
  /** Whether the answer has a link to this file. */
  hasLinkTo(url: string): boolean;
}

/** What a link's target begins with, and where it ends: in markdown, there in angle brackets, and in HTML. */
const marks = [
  { begin: "](<", end: /[>\n]/ },
  { begin: "](", end: /[\s)]/ },
  { begin: '="', end: /["\n]/ },
] as const;
/** A target that is longer than this is none. */
const longestTarget = 4096;

interface Mark {
  readonly at: number;
  readonly begin: string;
  readonly end: RegExp;
}

const firstMark = (text: string): Mark | undefined =>
  marks
    .map((mark) => ({ ...mark, at: text.indexOf(mark.begin) }))
    .filter(({ at }) => at >= 0)
    .toSorted((one, other) => one.at - other.at || other.begin.length - one.begin.length)[0];

/** How much of a text's end may be the beginning of a mark, or of a longer one. */
const heldLength = (text: string): number => {
  if (text.endsWith("](")) return 2;
  return text.endsWith("]") || text.endsWith("=") ? 1 : 0;
};

/**
 * Makes links work that are relative to Dify's own host: its files are `/files/…` where nobody has told it its address.
 * A link is held back until it is whole; what stands in a block of code is left as it is. `base`: any address of that host.
 */
export const makeLinkFilter = (base: string): LinkFilter => {
  const code = makeFenceTracker();
  const linked = new Set<string>();
  let held = "";

  const absolute = (url: string): string =>
    url.startsWith("/files/") ? (URL.parse(url, base)?.href ?? url) : url;

  /** A file's signature and time differ wherever Dify names it. */
  const fileOf = (url: string): string => URL.parse(url, base)?.pathname ?? url;

  const pass = (text: string): string => {
    code.push(text);
    return text;
  };

  const push = (more: string): string => {
    if (held === "" && !more.includes("]") && !more.includes("=")) return pass(more);
    let rest = held + more;
    held = "";
    let text = "";
    for (let mark = firstMark(rest); mark; mark = firstMark(rest)) {
      const begin = mark.at + mark.begin.length;
      const length = rest.slice(begin).search(mark.end);
      if (length < 0 && rest.length - begin <= longestTarget) {
        held = rest.slice(mark.at);
        return text + pass(rest.slice(0, mark.at));
      }
      text += pass(rest.slice(0, begin));
      const target = length < 0 ? "" : rest.slice(begin, begin + length);
      if (target !== "") linked.add(fileOf(target));
      text += pass(code.inside ? target : absolute(target));
      rest = rest.slice(begin + target.length);
    }
    const kept = heldLength(rest);
    held = rest.slice(rest.length - kept);
    return text + pass(rest.slice(0, rest.length - kept));
  };

  return {
    push,
    end: () => {
      const rest = held;
      held = "";
      return rest;
    },
    absolute,
    hasLinkTo: (url) => linked.has(fileOf(url)),
  };
};
