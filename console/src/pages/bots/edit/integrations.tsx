import { useSignal } from "@preact/signals";
import { type IntegrationType, integrationTypes } from "#core/bot/integration-types.ts";
import { Select } from "../../../ui/select.tsx";
import { type BotDraft, newIntegrationDraft } from "../form/bot-draft.ts";
import type { Faults } from "../form/faults.ts";
import { type BotForm, changeDraft } from "../form/form-state.ts";
import { botsTexts } from "../texts.ts";
import { typeName } from "../type-name.ts";
import { IntegrationCard } from "./integration-card.tsx";

interface AddIntegrationProps {
  readonly types: readonly IntegrationType[];
  readonly onAdd: (type: IntegrationType) => void;
}

const AddIntegration = ({ types, onAdd }: AddIntegrationProps) => {
  const texts = botsTexts.value;
  const chosen = useSignal<IntegrationType | undefined>(undefined);
  const [first] = types;
  const type = types.find((each) => each === chosen.value) ?? first;
  if (type === undefined) return null;
  return (
    <div class="row">
      <Select
        label={texts.addType}
        value={type}
        options={types}
        nameOf={typeName}
        onChange={(next) => {
          chosen.value = next;
        }}
      />
      <button type="button" onClick={() => onAdd(type)}>
        {texts.add}
      </button>
    </div>
  );
};

interface IntegrationsProps {
  readonly draft: BotDraft;
  readonly form: BotForm;
  /** Also those that are not shown yet. */
  readonly faults: Faults;
}

export const Integrations = ({ draft, form, faults }: IntegrationsProps) => {
  const texts = botsTexts.value;
  const { integrations } = draft;
  const change = (next: BotDraft["integrations"]): void =>
    changeDraft(form, { ...draft, integrations: next });
  const free = integrationTypes.filter((type) => integrations.every((each) => each.type !== type));
  return (
    <section class="bots-integrations" aria-label={texts.integrations}>
      <h2>{texts.integrations}</h2>
      {integrations.length === 0 && <p class="hint">{texts.noIntegrationsHelp}</p>}
      {integrations.map((integration, at) => (
        <IntegrationCard
          key={integration.type}
          integration={integration}
          at={at}
          form={form}
          faults={faults}
          onChange={(next) => change(integrations.with(at, next))}
          onRemove={() => change(integrations.toSpliced(at, 1))}
        />
      ))}
      <AddIntegration types={free} onAdd={(type) => change([...integrations, newIntegrationDraft(type)])} />
    </section>
  );
};
