import { useSignal } from "@preact/signals";
import { shellTexts } from "../text/shell.ts";

const shownMs = 1_500;

interface CopyButtonProps {
  /** The text, or a function that makes it at the click, such as a signed command. */
  readonly text: string | (() => Promise<string>);
  readonly label?: string;
}

export const CopyButton = ({ text, label }: CopyButtonProps) => {
  const isCopied = useSignal(false);
  const texts = shellTexts.value;
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(typeof text === "string" ? text : await text());
    isCopied.value = true;
    setTimeout(() => {
      isCopied.value = false;
    }, shownMs);
  };
  return (
    <>
      <button type="button" class="quiet" onClick={() => void copy()}>
        {isCopied.value ? texts.copied : (label ?? texts.copy)}
      </button>
      <span role="status" class="visually-hidden">
        {isCopied.value && texts.copied}
      </span>
    </>
  );
};
