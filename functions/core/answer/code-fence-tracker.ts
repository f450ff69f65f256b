/** Tracks whether the end of a Markdown text, received in pieces, is inside a fenced code block. */
export interface CodeFenceTracker {
  readonly inside: boolean;
  push(text: string): void;
}

const fence = /^ {0,3}(`{3}|~{3})/;
/** Characters at the start of a line that are enough to recognize a fence. */
const headLength = 6;

export const makeCodeFenceTracker = (): CodeFenceTracker => {
  let openFence: string | undefined;
  let head = "";

  const endLine = (): void => {
    const found = fence.exec(head)?.[1];
    head = "";
    if (found === undefined) return;
    if (openFence === undefined) openFence = found;
    else if (openFence === found) openFence = undefined;
  };

  return {
    get inside() {
      return openFence !== undefined;
    },
    push: (text) => {
      for (let at = 0; ; ) {
        const end = text.indexOf("\n", at);
        if (head.length < headLength)
          head += text.slice(at, Math.min(end < 0 ? text.length : end, at + headLength));
        if (end < 0) return;
        endLine();
        at = end + 1;
      }
    },
  };
};
