import type { StoryOutcome } from "#core/turn/turn-story.ts";
import { groupOfOutcome, type OutcomeGroup } from "./outcome-group.ts";
import { outcomeTexts } from "./outcome-texts.ts";

const classes: Readonly<Record<OutcomeGroup, string>> = {
  answered: "tag good",
  other: "tag warning",
  failed: "tag bad",
  running: "tag",
};

export const OutcomeTag = ({ outcome }: { readonly outcome: StoryOutcome }) => {
  const { name, meaning } = outcomeTexts.value.outcomes[outcome];
  return (
    <span class={classes[groupOfOutcome[outcome]]} title={meaning}>
      {name}
    </span>
  );
};
