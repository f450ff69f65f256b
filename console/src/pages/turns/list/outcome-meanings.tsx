import { storyOutcomes } from "#core/turn/turn-story.ts";
import { OutcomeTag } from "../../../outcome/outcome-tag.tsx";
import { outcomeTexts } from "../../../outcome/outcome-texts.ts";
import { listTexts } from "./list-texts.ts";

export const OutcomeMeanings = () => (
  <details class="turns-meanings">
    <summary>{listTexts.value.meanings}</summary>
    <dl>
      {storyOutcomes.map((outcome) => (
        <div key={outcome}>
          <dt>
            <OutcomeTag outcome={outcome} />
          </dt>
          <dd>{outcomeTexts.value.outcomes[outcome].meaning}</dd>
        </div>
      ))}
    </dl>
  </details>
);
