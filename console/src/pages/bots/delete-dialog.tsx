import { chosenApp } from "../../chosen-app.ts";
import { ConfirmDialog } from "../../ui/confirm-dialog.tsx";
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
  return (
    <ConfirmDialog
      title={texts.deleteTitle(userId)}
      confirmLabel={texts.confirmDelete(userId)}
      isDanger
      onConfirm={async () => {
        await deleteBot(userId);
        dropForm(chosenApp.peek(), `bot ${userId}`);
        onDeleted();
      }}
      onClose={onClose}
    >
      <p>{texts.deleteHelp(name)}</p>
    </ConfirmDialog>
  );
};
