import { useSignal } from "@preact/signals";
import { chosenApp } from "../../chosen-app.ts";
import { shellTexts } from "../../text/shell.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { Failure } from "../../ui/failure.tsx";
import { deleteBot } from "./bot-calls.ts";
import type { Bot } from "./form/bot-draft.ts";
import { dropForm } from "./form/form-state.ts";
import { botsTexts } from "./texts.ts";

interface DeleteDialogProps {
  readonly bot: Bot;
  readonly onClose: () => void;
  readonly onDeleted: () => void;
}

export const DeleteDialog = ({ bot: { userId, name }, onClose, onDeleted }: DeleteDialogProps) => {
  const texts = botsTexts.value;
  const isBusy = useSignal(false);
  const failure = useSignal<unknown>(undefined);
  const remove = async (): Promise<void> => {
    isBusy.value = true;
    failure.value = undefined;
    try {
      await deleteBot(userId);
      dropForm(chosenApp.peek(), `bot ${userId}`);
      onClose();
      onDeleted();
    } catch (error) {
      failure.value = error;
    } finally {
      isBusy.value = false;
    }
  };
  return (
    <Dialog title={texts.deleteTitle(userId)} onClose={onClose}>
      <p>{texts.deleteHelp(name)}</p>
      {failure.value !== undefined && <Failure error={failure.value} />}
      <div class="row bots-dialog-actions">
        <button type="button" onClick={onClose}>
          {shellTexts.value.cancel}
        </button>
        <button type="button" class="danger" disabled={isBusy.value} onClick={() => void remove()}>
          {texts.confirmDelete(userId)}
        </button>
      </div>
    </Dialog>
  );
};
