/** What closes a Markdown block at the end of a message, and opens it again in the next one. */
export interface Continuation {
  readonly closing: string;
  /** Returns the text that follows, with the block opened again if the text is part of it. */
  reopen(following: string): string;
}

/** Tracks the block that the end of a text is in, however the text is split. */
export interface BlockTracker {
  push(text: string): void;
  /** For a message that ends here, or after `text`. */
  continuation(text?: string): Continuation;
}

export const noContinuation: Continuation = { closing: "", reopen: (following) => following };

interface Fence {
  readonly mark: string;
  readonly firstLine: string;
}

interface ListItem {
  readonly indent: number;
  readonly firstLine: string;
}

/** In characters. The rest of a line does not change its block. */
const maxLineLength = 1_024;

/** In characters. A longer mark is text: what closes a block must fit into `closingBytes` of a message. */
const maxMarkLength = 60;
/** In characters. A longer beginning of a block is not repeated: else the next message might have room for nothing more. */
const maxOpeningLength = 4_096;
/** Deeper lists are not continued with all of their levels. */
const maxListDepth = 32;

const fenceLine = /^ {0,3}(`{3,}|~{3,})([\s\S]*)/;
const delimiterRow = /^ {0,3}\|?(?:[ \t]*:?-+:?[ \t]*\|)+(?:[ \t]*:?-+:?[ \t]*)?$/;
const itemLine = /^([ \t]*)(?:[-*+]|\d{1,9}[.)])[ \t]/;

const indentOf = (line: string): number => (/^[ \t]*/.exec(line)?.[0] ?? "").replaceAll("\t", "    ").length;

interface State {
  readonly line: string;
  readonly lineBefore: string;
  readonly fence: Fence | undefined;
  /** Header and delimiter row. */
  readonly table: string | undefined;
  readonly items: readonly ListItem[];
}

const start: State = { line: "", lineBefore: "", fence: undefined, table: undefined, items: [] };

const fenceAfter = (fence: Fence | undefined, line: string): Fence | undefined => {
  const [, mark, info = ""] = fenceLine.exec(line) ?? [];
  if (fence) return mark?.startsWith(fence.mark) && info.trim() === "" ? undefined : fence;
  // Code within a line may begin with three backticks too.
  return mark === undefined || mark.length > maxMarkLength || (mark.startsWith("`") && info.includes("`"))
    ? undefined
    : { mark, firstLine: line };
};

const tableAfter = ({ table, lineBefore, line }: State): string | undefined => {
  if (delimiterRow.test(line) && lineBefore.includes("|")) return `${lineBefore}\n${line}\n`;
  return line.includes("|") ? table : undefined;
};

const itemsAfter = ({ items, lineBefore, line }: State): readonly ListItem[] => {
  const indent = indentOf(line);
  const parents = items.filter((item) => item.indent < indent);
  if (itemLine.test(line)) return [...parents.slice(-maxListDepth), { indent, firstLine: line }];
  // A paragraph after an empty line belongs to the items that it is indented under.
  return line.trim() !== "" && lineBefore.trim() === "" ? parents : items;
};

const endLine = (state: State): State => {
  const fence = fenceAfter(state.fence, state.line);
  const next = { ...state, fence, line: "", lineBefore: state.line };
  if (state.fence || fence) return { ...next, table: undefined };
  return { ...next, table: tableAfter(state), items: itemsAfter(state) };
};

const addToLine = (state: State, more: string): State => ({
  ...state,
  line: state.line + more.slice(0, maxLineLength - state.line.length),
});

const push = (state: State, text: string): State => {
  const [first = "", ...rest] = text.split("\n");
  return rest.reduce((before, line) => addToLine(endLine(before), line), addToLine(state, first));
};

const continuationOf = ({ line, fence, table, items }: State): Continuation => {
  const isAtLineStart = line === "";
  if (fence) {
    const { mark, firstLine } = fence;
    return {
      closing: `${isAtLineStart ? "" : "\n"}${mark}`,
      reopen: (following) => (following === "" ? "" : `${firstLine}\n${following}`),
    };
  }
  if (!isAtLineStart) return noContinuation;
  const isPart = table === undefined ? /^[ \t]/ : /^[^\n]*\|/;
  // Without its parents, an indented item would be rendered as code.
  const opening =
    table ??
    items
      .slice(0, -1)
      .map(({ firstLine }) => `${firstLine}\n`)
      .join("");
  const isReopened = (following: string): boolean =>
    opening.length <= maxOpeningLength && isPart.test(following.slice(0, maxLineLength));
  return { closing: "", reopen: (following) => (isReopened(following) ? opening + following : following) };
};

/** Tracks fences, tables and lists. A paragraph needs nothing to go on. */
export const makeBlockTracker = (): BlockTracker => {
  let state = start;
  return {
    push: (text) => {
      state = push(state, text);
    },
    continuation: (text = "") => continuationOf(push(state, text)),
  };
};
