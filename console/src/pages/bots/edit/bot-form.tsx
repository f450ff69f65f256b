import { useSignal } from "@preact/signals";
import { useMemo, useRef } from "preact/hooks";
import { ApiError } from "../../../api-error.ts";
import { currentSession } from "../../../session.ts";
import { type BotDraft, botFields } from "../form/bot-draft.ts";
import { FaultContext } from "../form/fault-context.ts";
import { type Faults, faultsOf, lostKeyPaths, parseRefusal, shownFaults } from "../form/faults.ts";
import { FieldControl } from "../form/field-control.tsx";
import { changeDraft, type BotForm as Form, markEdited } from "../form/form-state.ts";
import { botsTexts } from "../texts.ts";
import { Integrations } from "./integrations.tsx";
import { SaveBar } from "./save-bar.tsx";

interface BotFormProps {
  readonly form: Form;
  readonly submitLabel: string;
  /** Whether the form was saved, and shows it until the next change. */
  readonly isSaved?: boolean;
  /** @throws ApiError if the bridge refuses it. */
  readonly onSubmit: () => Promise<void>;
  readonly onDiscard: () => void;
}

/** The server's fault, at its field; empty if it names none. */
const refusalFaults = (refusal: unknown): Faults => {
  if (!(refusal instanceof ApiError)) return new Map();
  const [path, rule] = parseRefusal(refusal.message);
  return path === "" ? new Map() : new Map([[path, rule]]);
};

const BotFields = ({ draft, form }: { draft: BotDraft; form: Form }) => (
  <section class="card bots-self" aria-label={botsTexts.value.bot}>
    <h2>{botsTexts.value.bot}</h2>
    {botFields.map((field) =>
      // The id names the bot in every call, so it cannot change.
      field.name === "userId" && !form.isNew ? null : (
        <FieldControl
          key={field.name}
          field={field}
          path={[field.name]}
          draft={draft.fields[field.name]}
          onChange={(value) =>
            changeDraft(form, { ...draft, fields: { ...draft.fields, [field.name]: value } })
          }
        />
      ),
    )}
  </section>
);

export const BotForm = ({ form, submitLabel, isSaved = false, onSubmit, onDiscard }: BotFormProps) => {
  const element = useRef<HTMLFormElement>(null);
  const isBusy = useSignal(false);
  const draft = form.draft.value;
  const texts = botsTexts.value;
  // Only a local run accepts private addresses.
  const allowPrivate = currentSession().local !== null;
  const found = useMemo(
    () => faultsOf(draft, { isNew: form.isNew, allowPrivate }, texts),
    [draft, allowPrivate, texts],
  );
  const shown = form.isSent.value
    ? found
    : shownFaults(found, [...form.edited.value, ...lostKeyPaths(draft)]);
  const faults = new Map([...refusalFaults(form.refusal.value), ...shown]);

  const noteEdit = ({ target }: Event): void => {
    const path = target instanceof HTMLElement ? target.dataset.path : undefined;
    if (path !== undefined) markEdited(form, path);
  };
  const focusFault = (): void => {
    // After the faults are shown.
    requestAnimationFrame(() =>
      element.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus(),
    );
  };
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    form.isSent.value = true;
    if (found.size > 0) return focusFault();
    isBusy.value = true;
    try {
      await onSubmit();
    } catch (error) {
      form.refusal.value = error;
      focusFault();
    } finally {
      isBusy.value = false;
    }
  };
  return (
    <FaultContext.Provider value={faults}>
      <form
        ref={element}
        class="bots-form"
        noValidate
        onInput={noteEdit}
        onSubmit={(event) => void submit(event)}
      >
        <BotFields draft={draft} form={form} />
        <Integrations draft={draft} form={form} faults={found} />
        <SaveBar
          form={form}
          faults={faults}
          submitLabel={submitLabel}
          isBusy={isBusy.value}
          isSaved={isSaved}
          onDiscard={onDiscard}
        />
      </form>
    </FaultContext.Provider>
  );
};
