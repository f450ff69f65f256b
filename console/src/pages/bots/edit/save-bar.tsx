import { Failure } from "../../../ui/failure.tsx";
import type { Faults } from "../form/faults.ts";
import { type BotForm, hasChanges } from "../form/form-state.ts";
import { botsTexts } from "../texts.ts";

interface SaveBarProps {
  readonly form: BotForm;
  readonly faults: Faults;
  readonly submitLabel: string;
  readonly isBusy: boolean;
  readonly isSaved: boolean;
  readonly onDiscard: () => void;
}

export const SaveBar = ({ form, faults, submitLabel, isBusy, isSaved, onDiscard }: SaveBarProps) => {
  const texts = botsTexts.value;
  const isChanged = hasChanges(form);
  const refusal = form.refusal.value;
  return (
    <div class="bots-save">
      {refusal !== undefined && <Failure error={refusal} />}
      <div class="row">
        <p class="bots-state" role="status">
          {refusal === undefined && faults.size > 0 ? (
            <span class="error">{texts.faults(faults.size)}</span>
          ) : isChanged ? (
            texts.unsaved
          ) : (
            isSaved && texts.saved
          )}
        </p>
        {isChanged && (
          <button type="button" disabled={isBusy} onClick={onDiscard}>
            {texts.discard}
          </button>
        )}
        <button type="submit" class="primary" disabled={isBusy || !(isChanged || form.isNew)}>
          {isBusy ? texts.saving : submitLabel}
        </button>
      </div>
    </div>
  );
};
