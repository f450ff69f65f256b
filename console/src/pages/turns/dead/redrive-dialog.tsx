import {
  type DeadLetterReply,
  redrivenReply,
} from "../../../../../functions/dead-letters/dead-letters-reply.ts";
import { callApi } from "../../../api.ts";
import { ConfirmDialog } from "../../../ui/confirm-dialog.tsx";
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
  return (
    <ConfirmDialog
      title={texts.confirmTitle(letters.length)}
      confirmLabel={texts.confirm}
      busyLabel={texts.redriving}
      onConfirm={async () => onRedriven(await redrive(letters))}
      onClose={onClose}
    >
      <p>{texts.confirmText}</p>
    </ConfirmDialog>
  );
};
