import type { TurnReply } from "#adapters/api-gateway/turn-reply.ts";
import { hrefOf } from "../../../address.ts";
import { OutcomeTag } from "../../../outcome/outcome-tag.tsx";
import { dateTime } from "../../../text/language.ts";
import { guideTexts } from "../texts.ts";
import { after } from "./after.ts";

const momentNames = [
  "askedAt",
  "firstTextAt",
  "firstSentAt",
  "lastTextAt",
  "deliveredAt",
  "endedAt",
] as const;

/** When each part of a turn happened, counted from the arrival of its question. */
export const TurnStory = ({ story }: { story: TurnReply }) => {
  const texts = guideTexts.value;
  const moments = momentNames.filter((name) => story[name] !== undefined);
  return (
    <>
      <table class="guide-story">
        <caption class="visually-hidden">{texts.storyTitle}</caption>
        <tbody>
          <tr>
            <th scope="row">{texts.story.acceptedAt}</th>
            <td>{dateTime.value(story.acceptedAt)}</td>
          </tr>
          {moments.map((name) => (
            <tr key={name}>
              <th scope="row">{texts.story[name]}</th>
              <td>+ {after(story.acceptedAt, story[name])}</td>
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
