import type { TurnReply } from "#adapters/api-gateway/turn-reply.ts";
import { hrefOf } from "../../../address.ts";
import { OutcomeTag } from "../../../outcome/outcome-tag.tsx";
import { waitsOf } from "../../../steps/steps.ts";
import { formatDuration } from "../../../text/duration.ts";
import { dateTime, number } from "../../../text/language.ts";
import { clockTime } from "../clock-time.ts";
import { summaryOf } from "../explain-outcome.ts";
import { turnsTexts } from "../texts.ts";
import { listTexts } from "./list-texts.ts";
import { filterParameters, type TurnFilter } from "./turn-filter.ts";

interface TurnTableProps {
  readonly turns: readonly TurnReply[];
  readonly isNew: ReadonlySet<string>;
  /** Links to a bot or a user add to it. */
  readonly filter: TurnFilter;
}

const durationText = (ms: number | undefined): string =>
  ms === undefined ? turnsTexts.value.none : formatDuration(ms);

const TurnRow = ({ turn, isNew, filter }: { turn: TurnReply; isNew: boolean; filter: TurnFilter }) => {
  const texts = listTexts.value;
  const summary = summaryOf(turn);
  const { firstTextMs, totalMs } = waitsOf(turn);
  const time = clockTime.value(turn.acceptedAt);
  const only = (change: Partial<TurnFilter>): string =>
    hrefOf("turns", undefined, filterParameters({ ...filter, page: 1, ...change }));
  return (
    <tr class={isNew ? "turns-new" : undefined}>
      <th scope="row">
        <a
          href={hrefOf("turns", turn.turn)}
          aria-label={texts.openTurn(time)}
          title={dateTime.value(turn.acceptedAt)}
        >
          <time dateTime={new Date(turn.acceptedAt).toISOString()}>{time}</time>
        </a>
        {isNew && <span class="visually-hidden"> {texts.new}</span>}
      </th>
      <td>
        <OutcomeTag outcome={turn.outcome} />
      </td>
      <td class="turns-who">
        <a href={only({ bot: turn.userId })} title={turn.userId}>
          {turn.userId}
        </a>
        <a class="turns-narrow" href={only({ user: turn.fromUserId })}>
          {turn.fromUserId}
        </a>
      </td>
      <td class="turns-who turns-medium">
        <a href={only({ user: turn.fromUserId })} title={turn.fromUserId}>
          {turn.fromUserId}
        </a>
      </td>
      <td class="turns-wide">{summary}</td>
      <td class="turns-number turns-medium">{durationText(firstTextMs)}</td>
      <td class="turns-number turns-medium">{durationText(totalMs)}</td>
      <td class="turns-number turns-wide">
        {turn.usage ? number.value(turn.usage.totalTokens) : turnsTexts.value.none}
      </td>
    </tr>
  );
};

export const TurnTable = ({ turns, isNew, filter }: TurnTableProps) => {
  const texts = listTexts.value;
  const shared = turnsTexts.value;
  return (
    <div class="card turns-table">
      <table>
        <caption class="visually-hidden">{texts.caption}</caption>
        <thead>
          <tr>
            <th scope="col">{texts.time}</th>
            <th scope="col">{texts.outcome}</th>
            <th scope="col">{shared.bot}</th>
            <th scope="col" class="turns-medium">
              {shared.user}
            </th>
            <th scope="col" class="turns-wide">
              {texts.what}
            </th>
            <th scope="col" class="turns-number turns-medium">
              {texts.firstText}
            </th>
            <th scope="col" class="turns-number turns-medium">
              {texts.total}
            </th>
            <th scope="col" class="turns-number turns-wide">
              {texts.tokens}
            </th>
          </tr>
        </thead>
        <tbody>
          {turns.map((turn) => (
            <TurnRow key={turn.turn} turn={turn} isNew={isNew.has(turn.turn)} filter={filter} />
          ))}
        </tbody>
      </table>
    </div>
  );
};
