import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { shellTexts } from "../text/shell.ts";
import { Dialog } from "./dialog.tsx";
import { Failure } from "./failure.tsx";

interface ConfirmDialogProps {
  readonly title: string;
  /** What will happen. */
  readonly children: ComponentChildren;
  readonly confirmLabel: string;
  /** Shown while it happens; default: the same label. */
  readonly busyLabel?: string;
  readonly isDanger?: boolean;
  /** What is confirmed. The dialog closes after it, and stays open with the error if it fails. */
  readonly onConfirm: () => Promise<void>;
  readonly onClose: () => void;
}

/** Asks before something is done that cannot be undone. */
export const ConfirmDialog = ({
  title,
  children,
  confirmLabel,
  busyLabel = confirmLabel,
  isDanger = false,
  onConfirm,
  onClose,
}: ConfirmDialogProps) => {
  const isBusy = useSignal(false);
  const failure = useSignal<unknown>(undefined);
  const confirm = async (): Promise<void> => {
    isBusy.value = true;
    failure.value = undefined;
    try {
      await onConfirm();
      onClose();
    } catch (error) {
      failure.value = error;
    } finally {
      isBusy.value = false;
    }
  };
  return (
    <Dialog title={title} onClose={onClose}>
      {children}
      {failure.value !== undefined && <Failure error={failure.value} />}
      <div class="row dialog-actions">
        {/* Closed by the browser, which moves the focus back to where it was. */}
        <form method="dialog">
          <button type="submit">{shellTexts.value.cancel}</button>
        </form>
        <button
          type="button"
          class={isDanger ? "danger" : "primary"}
          disabled={isBusy.value}
          onClick={() => void confirm()}
        >
          {isBusy.value ? busyLabel : confirmLabel}
        </button>
      </div>
    </Dialog>
  );
};
