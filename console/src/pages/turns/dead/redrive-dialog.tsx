import { useSignal } from "@preact/signals";
import {
  type DeadLetterReply,
  redrivenReply,
} from "../../../../../functions/dead-letters/dead-letters-reply.ts";
import { callApi } from "../../../api.ts";
import { shellTexts } from "../../../text/shell.ts";
import { Dialog } from "../../../ui/dialog.tsx";
import { Failure } from "../../../ui/failure.tsx";
import { deadTexts } from "./dead-texts.ts";
import type { Redriven } from "./redrive-results.tsx";

interface RedriveDialogProps {
  readonly letters: readonly DeadLetterReply[];
  readonly onClose: () => void;
  readonly onRedriven: (results: readonly Redriven[]) => void;
}

const redrive = async (letters: readonly DeadLetterReply[]): Promise<readonly Redriven[]> => {
  const ids = letters.map(({ id }) => id);
  const { results } = await callApi("/v3/job/dead/redrive.json", { ids }, redrivenReply);
  const byId = new Map(results.map((result) => [result.id, result]));
  return letters.map((letter) => ({ letter, result: byId.get(letter.id) }));
};

/** Asks before anything runs again. */
export const RedriveDialog = ({ letters, onClose, onRedriven }: RedriveDialogProps) => {
  const texts = deadTexts.value;
  const isRunning = useSignal(false);
  const error = useSignal<unknown>(undefined);
  const confirm = async (): Promise<void> => {
    isRunning.value = true;
    error.value = undefined;
    try {
      onRedriven(await redrive(letters));
      onClose();
    } catch (thrown) {
      error.value = thrown;
    } finally {
      isRunning.value = false;
    }
  };
  return (
    <Dialog title={texts.confirmTitle(letters.length)} onClose={onClose}>
      <div class="turns-confirm">
        <p>{texts.confirmText}</p>
        {error.value !== undefined && <Failure error={error.value} />}
        <div class="row">
          <button type="button" class="primary" disabled={isRunning.value} onClick={() => void confirm()}>
            {isRunning.value ? texts.redriving : texts.confirm}
          </button>
          <form method="dialog">
            <button type="submit">{shellTexts.value.cancel}</button>
          </form>
        </div>
      </div>
    </Dialog>
  );
};
