/** Tells whether the end of a text that comes piece by piece stands within a fenced block of code, in markdown. */
export interface CodeFenceTracker {
  readonly inside: boolean;
  push(text: string): void;
}

const fence = /^ {0,3}(`{3}|~{3})/;
/** Of a line no more is needed to know a fence. */
const headLength = 6;

export const makeCodeFenceTracker = (): CodeFenceTracker => {
  let mark: string | undefined;
  let head = "";

  const endLine = (): void => {
    const found = fence.exec(head)?.[1];
    head = "";
    if (found === undefined) return;
    if (mark === undefined) mark = found;
    else if (mark === found) mark = undefined;
  };

  return {
    get inside() {
      return mark !== undefined;
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
