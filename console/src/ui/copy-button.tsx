import { useSignal } from "@preact/signals";
import { shellTexts } from "../text/shell.ts";

const shownMs = 1_500;

interface CopyButtonProps {
  /** The text, or a function that makes it at the click, such as a signed command. */
  readonly text: string | (() => Promise<string>);
  readonly label?: string;
  /** What is copied, for the button's name where a page has several. */
  readonly subject?: string;
  /** What to do with the error of `text`; the button itself only shows that it failed. */
  readonly onFailure?: (error: unknown) => void;
}

/** Safari lets a page write to the clipboard only within the click, so the text is given to it as a promise. */
const copyLater = (text: Promise<string>): Promise<void> => {
  const blob = text.then((made) => new Blob([made], { type: "text/plain" }));
  return navigator.clipboard.write([new ClipboardItem({ "text/plain": blob })]);
};

export const CopyButton = ({ text, label, subject, onFailure }: CopyButtonProps) => {
  const outcome = useSignal<"copied" | "failed" | undefined>(undefined);
  const texts = shellTexts.value;
  const copy = async (): Promise<void> => {
    if (typeof text === "string") return navigator.clipboard.writeText(text);
    const made = text();
    await Promise.all([made, copyLater(made)]);
  };
  const onClick = async (): Promise<void> => {
    try {
      await copy();
      outcome.value = "copied";
    } catch (error) {
      outcome.value = "failed";
      onFailure?.(error);
    }
    setTimeout(() => {
      outcome.value = undefined;
    }, shownMs);
  };
  const shown = outcome.value && { copied: texts.copied, failed: texts.copyFailed }[outcome.value];
  return (
    <>
      <button type="button" class="quiet" onClick={() => void onClick()}>
        {shown ?? label ?? texts.copy}
        {subject !== undefined && <span class="visually-hidden"> {subject}</span>}
      </button>
      <span role="status" class="visually-hidden">
        {shown}
      </span>
    </>
  );
};
