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

/** A markdown link's target begins so. */
const mark = "](";
/** A target that is longer than this is none. */
const longestTarget = 4096;

/**
 * Makes links work that are relative to Dify's own host: its files are `/files/…` where nobody has told it its address.
 * A link is held back until it is whole. `base`: any address of that host.
 */
export const makeLinkFilter = (base: string): LinkFilter => {
  const linked = new Set<string>();
  let held = "";

  const absolute = (url: string): string =>
    url.startsWith("/files/") ? (URL.parse(url, base)?.href ?? url) : url;

  /** A file's signature and time differ wherever Dify names it. */
  const fileOf = (url: string): string => URL.parse(url, base)?.pathname ?? url;

  const push = (more: string): string => {
    if (held === "" && !more.includes("]")) return more;
    let rest = held + more;
    held = "";
    let text = "";
    for (;;) {
      const at = rest.indexOf(mark);
      if (at < 0) break;
      const begin = at + mark.length;
      const length = rest.slice(begin).search(/[\s)]/);
      if (length < 0 && rest.length - begin <= longestTarget) {
        held = rest.slice(at);
        return text + rest.slice(0, at);
      }
      const target = length < 0 ? "" : rest.slice(begin, begin + length);
      if (target !== "") linked.add(fileOf(target));
      text += rest.slice(0, begin) + absolute(target);
      rest = rest.slice(begin + target.length);
    }
    if (rest.endsWith("]")) {
      held = "]";
      rest = rest.slice(0, -1);
    }
    return text + rest;
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
