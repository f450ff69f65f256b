import { useId } from "preact/hooks";
import { storyOutcomes } from "#core/turn/turn-story.ts";
import { hrefOf } from "../../../address.ts";
import { listBots } from "../../../bots/listed-bots.ts";
import { chosenApp } from "../../../chosen-app.ts";
import { outcomeTexts } from "../../../outcome/outcome-texts.ts";
import { goTo } from "../../../route.ts";
import { Field } from "../../../ui/field.tsx";
import { useLoaded } from "../../../ui/use-loaded.ts";
import { RangeFields } from "../range-fields.tsx";
import { turnsTexts } from "../texts.ts";
import { listTexts } from "./list-texts.ts";
import { filterParameters, isFiltered, type TurnFilter } from "./turn-filter.ts";

const maxIdLength = 64;

interface TextFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly list?: string;
  readonly title?: string;
}

const TextField = ({ label, value, onChange, ...more }: TextFieldProps) => (
  <Field label={label}>
    {(control) => (
      <input
        {...control}
        {...more}
        type="text"
        value={value}
        maxLength={maxIdLength}
        autocomplete="off"
        spellcheck={false}
        onChange={({ currentTarget }) => onChange(currentTarget.value.trim())}
      />
    )}
  </Field>
);

const OutcomeField = ({ filter, onChange }: { filter: TurnFilter; onChange: SetFilter }) => {
  const texts = listTexts.value;
  const { outcomes } = outcomeTexts.value;
  return (
    <Field label={texts.outcome}>
      {(control) => (
        <select
          {...control}
          value={filter.outcome ?? ""}
          onChange={({ currentTarget }) =>
            onChange({ outcome: storyOutcomes[currentTarget.selectedIndex - 1] })
          }
        >
          <option value="">{texts.allOutcomes}</option>
          {storyOutcomes.map((outcome) => (
            <option key={outcome} value={outcome}>
              {outcomes[outcome].name}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
};

type SetFilter = (change: Partial<TurnFilter>) => void;

/** Filters as soon as a field changes, by changing the address. */
export const FilterForm = ({ filter }: { readonly filter: TurnFilter }) => {
  const botsId = useId();
  // Without the list any ID can be typed.
  const [{ last: bots = [] }] = useLoaded(listBots, [chosenApp.value]);
  const shared = turnsTexts.value;
  const texts = listTexts.value;
  const set: SetFilter = (change) =>
    goTo(hrefOf("turns", undefined, filterParameters({ ...filter, page: 1, ...change })));
  return (
    <form class="card turns-filter" aria-label={texts.filter} onSubmit={(event) => event.preventDefault()}>
      <TextField label={shared.bot} value={filter.bot} list={botsId} onChange={(bot) => set({ bot })} />
      <datalist id={botsId}>
        {bots.map(({ userId, name }) => (
          <option key={userId} value={userId}>
            {name}
          </option>
        ))}
      </datalist>
      <TextField label={shared.user} value={filter.user} onChange={(user) => set({ user })} />
      <TextField
        label={shared.conversation}
        title={texts.conversationHint}
        value={filter.conversation}
        onChange={(conversation) => set({ conversation })}
      />
      <OutcomeField filter={filter} onChange={set} />
      <RangeFields range={filter.range} onChange={(range) => set({ range })} />
      {isFiltered(filter) && (
        <a class="turns-clear" href={hrefOf("turns")}>
          {texts.clear}
        </a>
      )}
    </form>
  );
};
