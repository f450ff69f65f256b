import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import type { IntegrationDraft } from "../form/bot-draft.ts";
import { getIn, isSet } from "../form/draft.ts";
import { useHasFault } from "../form/fault-context.ts";
import type { PlacedField } from "../form/integration-fields.ts";
import { botsTexts } from "../texts.ts";

interface SectionProps {
  readonly title: string;
  readonly note: string | undefined;
  readonly fields: readonly PlacedField[];
  readonly integration: IntegrationDraft;
  readonly at: number;
  readonly children: ComponentChildren;
}

/** Fields that are folded, with the number of those that differ from their defaults. A fault keeps them unfolded. */
export const Section = ({ title, note, fields, integration, at, children }: SectionProps) => {
  const isOpen = useSignal(false);
  const hasFault = useHasFault(fields.map(({ path }) => ["integrations", at, ...path]));
  const count = fields.filter(({ field, path }) => isSet(field, getIn(integration.fields, path))).length;
  return (
    <details
      class="bots-section"
      open={isOpen.value || hasFault}
      onToggle={({ currentTarget }) => {
        if (hasFault) currentTarget.open = true;
        isOpen.value = currentTarget.open;
      }}
    >
      <summary>
        {title} {count > 0 && <span class="tag">{botsTexts.value.isSet(count)}</span>}
      </summary>
      {note !== undefined && <p class="hint">{note}</p>}
      {children}
    </details>
  );
};
