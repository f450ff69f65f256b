import { makeCodeFenceTracker } from "./code-fence-tracker.ts";

export interface LinkFilter {
  /** Adds more of the answer, split anywhere; returns the text that can be shown now. */
  push(text: string): string;
  /** Ends the answer and returns the buffered text. */
  end(): string;
  /** Whether the answer contains a link to this file. */
  hasLinkTo(url: string): boolean;
}

/** The forms of a link: what comes before its target, and what ends it. */
const forms = {
  /** `[text](target "title")` */
  inline: { beginning: /\]\([ \t]*(?!<)/, ending: /[\s)]/g },
  /** `[text](<target>)` and `[1]: <target>` */
  angled: { beginning: /\](?:\(|:)[ \t]*</, ending: /[>\n]/g },
  /** `[1]: target` */
  definition: { beginning: /\]:[ \t]+(?!<)/, ending: /\s/g },
  /** `src="target"` */
  quoted: { beginning: /=[ \t]*"/, ending: /["\n]/g },
  singleQuoted: { beginning: /=[ \t]*'/, ending: /['\n]/g },
  /** `src=target` */
  unquoted: { beginning: /=(?=\.?\/|https?:\/\/)/, ending: /[\s>"']/g },
  /** A URL or a path in the text, between white space or punctuation. */
  bare: {
    beginning: /(?<=^|[\s:：（>]|(?<!\])\()(?=https?:\/\/|\.?\/)/,
    ending: /[\s<>"')\]，。；、）】]/g,
  },
} as const;
type Form = keyof typeof forms;
const formNames = Object.keys(forms).filter((name): name is Form => name in forms);

const beginning = new RegExp(
  formNames.map((name) => `(?<${name}>${forms[name].beginning.source})`).join("|"),
  "g",
);
/** Forms that the end of the text ends too. */
const endsWithText: ReadonlySet<Form> = new Set(["definition", "unquoted", "bare"]);

const partialBeginning =
  /(?:\](?:[(:][ \t]*)?|=[ \t]*|=(?:\.|ht?t?p?s?:?\/?)|(?<=^|[\s:：（>]|(?<!\])\()(?:\.|ht?t?p?s?:?\/?))$/;

/** In characters. Limits the white space before a target. */
const maxBeginningLength = 64;

/** The length of the text's end that more text may complete to the beginning of a link. */
const partialLength = (text: string): number =>
  partialBeginning.exec(text.slice(-maxBeginningLength))?.[0].length ?? 0;

/** In characters. Anything longer is not treated as a target. */
const maxTargetLength = 4096;

/** Links whose files are remembered. A file that only a later link names is linked once more at the end. */
const maxLinks = 1_000;

/** The end of a sentence is not part of a URL in its text. */
const withoutPunctuation = (text: string): string => {
  let end = text.length;
  while (end > 0 && ".,;:!?".includes(text[end - 1] ?? "")) end -= 1;
  return text.slice(0, end);
};

/**
 * Returns a function that finds where a target ends. Positions must not decrease between calls: results are cached per
 * form, so the text is scanned only once.
 */
const makeFindEnd = (text: string) => {
  const found = new Map<Form, number>();
  return (form: Form, from: number): number => {
    const cached = found.get(form);
    if (cached !== undefined && cached >= from) return cached;
    const { ending } = forms[form];
    ending.lastIndex = from;
    const at = ending.exec(text)?.index ?? Number.POSITIVE_INFINITY;
    found.set(form, at);
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
  /** The form of the link that is buffered. */
  let open: Form | undefined;

  /** The URL's path, without the query: a file's signature and timestamp differ between two links to it. */
  const pathOf = (resolved: string): string => URL.parse(resolved)?.pathname ?? resolved;

  let lastCharacter = "";

  const pass = (text: string): string => {
    code.push(text);
    lastCharacter = text.at(-1) ?? lastCharacter;
    return text;
  };

  const resolve = (all: string, isComplete: boolean): string => {
    const findEnd = makeFindEnd(all);
    // The character before this text decides whether a URL may begin here.
    const context = lastCharacter;
    let text = "";
    let at = 0;
    buffered = "";
    open = undefined;
    for (const { 0: begin, index: foundAt, groups = {} } of (context + all).matchAll(beginning)) {
      const index = foundAt - context.length;
      // This one is inside a target.
      if (index < at) continue;
      const form = formNames.find((name) => groups[name] !== undefined) ?? "bare";
      const from = index + begin.length;
      const ending = findEnd(form, from);
      const end = isComplete && endsWithText.has(form) ? Math.min(ending, all.length) : ending;
      if (end > all.length && all.length - from <= maxTargetLength && !isComplete) {
        buffered = all.slice(index);
        open = form;
        return text + pass(all.slice(at, index));
      }
      text += pass(all.slice(at, from));
      const found = end - from > maxTargetLength ? "" : all.slice(from, end);
      const target = form === "bare" ? withoutPunctuation(found) : found;
      const resolved = resolveLink(target);
      if (target !== "" && linked.size < maxLinks) linked.add(pathOf(resolved));
      text += pass(code.inside ? target : resolved);
      at = from + target.length;
    }
    const rest = all.slice(at);
    const bufferedLength = isComplete ? 0 : partialLength(rest);
    buffered = rest.slice(rest.length - bufferedLength);
    return text + pass(rest.slice(0, rest.length - bufferedLength));
  };

  /** Whether this only makes the target of the buffered link longer, so that the link need not be read again. */
  const isInTarget = (more: string): boolean =>
    open !== undefined &&
    buffered.length + more.length <= maxTargetLength &&
    more.search(forms[open].ending) < 0;

  const push = (more: string): string => {
    if (isInTarget(more)) {
      buffered += more;
      return "";
    }
    // Fast path: most of an answer contains no links.
    const mayHaveLink = buffered !== "" || /[\]=/]/.test(more) || partialLength(more) > 0;
    return mayHaveLink ? resolve(buffered + more, false) : pass(more);
  };

  return {
    push,
    end: () => resolve(buffered, true),
    hasLinkTo: (url) => linked.has(pathOf(resolveLink(url))),
  };
};
