import { useId } from "preact/hooks";
import { type IntegrationDraft, keepsKey, lostOrigin } from "../form/bot-draft.ts";
import { getIn, setIn } from "../form/draft.ts";
import type { Faults } from "../form/faults.ts";
import { FieldControl } from "../form/field-control.tsx";
import type { BotForm } from "../form/form-state.ts";
import { type PlacedField, type SectionName, sectionsOf } from "../form/integration-fields.ts";
import { IntegrationTest } from "../test/integration-test.tsx";
import { botsTexts } from "../texts.ts";
import { typeName } from "../type-name.ts";
import { KeyControl } from "./key-control.tsx";
import { Section } from "./section.tsx";

interface IntegrationCardProps {
  readonly integration: IntegrationDraft;
  /** Its place among the bot's integrations. */
  readonly at: number;
  readonly form: BotForm;
  readonly faults: Faults;
  readonly onChange: (integration: IntegrationDraft) => void;
  readonly onRemove: () => void;
}

type FieldsProps = Pick<IntegrationCardProps, "integration" | "at" | "onChange"> & {
  readonly fields: readonly PlacedField[];
};

/** The stored key, as long as it is kept. */
const maskOf = (draft: IntegrationDraft): string | undefined =>
  keepsKey(draft) && !lostOrigin(draft) ? draft.kept.maskedKey : undefined;

const Fields = ({ integration, at, fields, onChange }: FieldsProps) => (
  <div class="bots-fields">
    {fields.map(({ field, path }) => {
      const props = {
        path: ["integrations", at, ...path],
        draft: getIn(integration.fields, path),
        onChange: (value: Parameters<typeof setIn>[2]) =>
          onChange({ ...integration, fields: setIn(integration.fields, path, value) }),
      };
      return field.name === "auth" && field.kind === "object" ? (
        <KeyControl key={field.name} field={field} mask={maskOf(integration)} {...props} />
      ) : (
        <FieldControl key={field.name} field={field} {...props} />
      );
    })}
  </div>
);

export const IntegrationCard = ({ form, faults, onRemove, ...rest }: IntegrationCardProps) => {
  const texts = botsTexts.value;
  const titleId = useId();
  const { integration, at } = rest;
  const { type } = integration;
  const sections = sectionsOf(type);
  const fieldsIn = (name: SectionName): readonly PlacedField[] => sections.get(name) ?? [];
  const notes: Partial<Record<SectionName, string>> =
    type === "webhook" ? { answers: texts.webhookAnswers, limits: texts.webhookLimits } : {};
  return (
    <section class="card bots-integration" aria-labelledby={titleId}>
      <header>
        <h3 id={titleId}>{typeName(type)}</h3>
        <code class="hint">{type}</code>
        <button type="button" class="quiet" aria-label={texts.removeOf(typeName(type))} onClick={onRemove}>
          {texts.remove}
        </button>
      </header>
      <Fields fields={fieldsIn("connection")} {...rest} />
      {(["triggers", "answers", "limits"] as const).map((name) => (
        <Section
          key={name}
          title={texts.sections[name]}
          note={notes[name]}
          fields={fieldsIn(name)}
          integration={integration}
          at={at}
        >
          <Fields fields={fieldsIn(name)} {...rest} />
        </Section>
      ))}
      <IntegrationTest form={form} integration={integration} at={at} faults={faults} />
    </section>
  );
};
