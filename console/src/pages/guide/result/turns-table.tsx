import type { TurnReply } from "#adapters/api-gateway/turn-reply.ts";
import { hrefOf } from "../../../address.ts";
import { OutcomeTag } from "../../../outcome/outcome-tag.tsx";
import { formatDuration } from "../../../text/duration.ts";
import { guideTexts } from "../texts.ts";

const after = (start: number, end: number | undefined): string =>
  end === undefined ? "" : formatDuration(end - start);

const Row = ({ turn }: { turn: TurnReply }) => {
  const { acceptedAt, firstTextAt, endedAt } = turn;
  return (
    <tr>
      <th scope="row">{turn.integration}</th>
      <td>
        <OutcomeTag outcome={turn.outcome} />
      </td>
      <td>{after(acceptedAt, firstTextAt)}</td>
      <td>{after(acceptedAt, endedAt)}</td>
      <td>{[turn.code, turn.detail].filter((each) => each !== undefined).join(", ")}</td>
      <td>
        <a href={hrefOf("turns", turn.turn)}>
          {guideTexts.value.open}
          <span class="visually-hidden"> {turn.integration}</span>
        </a>
      </td>
    </tr>
  );
};

/** A turn for each integration that a message has triggered. */
export const TurnsTable = ({ turns }: { turns: readonly TurnReply[] }) => {
  const texts = guideTexts.value;
  return (
    <div class="scroll">
      <table>
        <caption class="visually-hidden">{texts.turnsTitle}</caption>
        <thead>
          <tr>
            <th scope="col">{texts.integration}</th>
            <th scope="col">{texts.outcome}</th>
            <th scope="col">{texts.firstText}</th>
            <th scope="col">{texts.ended}</th>
            <th scope="col">{texts.detail}</th>
            <td />
          </tr>
        </thead>
        <tbody>
          {turns.map((turn) => (
            <Row key={turn.turn} turn={turn} />
          ))}
        </tbody>
      </table>
    </div>
  );
};
