import type { TurnReply } from "#adapters/api-gateway/turn-reply.ts";
import { hrefOf } from "../../../address.ts";
import { OutcomeTag } from "../../../outcome/outcome-tag.tsx";
import { stepTextsOf } from "../../../steps/step-texts.ts";
import { stepsOf } from "../../../steps/steps.ts";
import { formatDuration } from "../../../text/duration.ts";
import { dateTime } from "../../../text/language.ts";
import { guideTexts } from "../texts.ts";

/** When each step of a turn happened, counted from the first. */
export const TurnStory = ({ story }: { story: TurnReply }) => {
  const texts = guideTexts.value;
  const names = stepTextsOf(story.integration);
  return (
    <>
      <table class="guide-story">
        <caption class="visually-hidden">{texts.storyTitle}</caption>
        <tbody>
          {stepsOf(story).map(({ name, at, afterMs }, index) => (
            <tr key={name}>
              <th scope="row">{names[name]}</th>
              <td>{index === 0 ? dateTime.value(at) : `+ ${formatDuration(afterMs)}`}</td>
            </tr>
          ))}
          <tr>
            <th scope="row">{texts.outcome}</th>
            <td>
              <OutcomeTag outcome={story.outcome} />
            </td>
          </tr>
        </tbody>
      </table>
      <p>
        <a href={hrefOf("turns", story.turn)}>{texts.openTurn}</a>
      </p>
    </>
  );
};
