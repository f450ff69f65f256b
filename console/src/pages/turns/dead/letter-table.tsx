import type { Signal } from "@preact/signals";
import type { DeadLetterReply } from "../../../../../functions/dead-letters/dead-letters-reply.ts";
import { hrefOf } from "../../../address.ts";
import { dateTime, number } from "../../../text/language.ts";
import { clockTime } from "../clock-time.ts";
import { turnsTexts } from "../texts.ts";
import { deadTexts } from "./dead-texts.ts";
import { Reason } from "./reason.tsx";
import { selectedAmong, toggle } from "./selection.ts";

interface LetterTableProps {
  readonly letters: readonly DeadLetterReply[];
  readonly selected: Signal<ReadonlySet<string>>;
}

const LetterRow = ({
  letter,
  selected,
}: {
  letter: DeadLetterReply;
  selected: LetterTableProps["selected"];
}) => {
  const texts = deadTexts.value;
  const { id, turn, msgUID, userId, fromUserId, integration, reason, tries, givenUpAt } = letter;
  return (
    <tr>
      <td>
        <input
          type="checkbox"
          aria-label={texts.selectOne(msgUID)}
          checked={selected.value.has(id)}
          onChange={() => {
            selected.value = toggle(selected.value, id);
          }}
        />
      </td>
      <th scope="row" class="turns-who">
        <a href={hrefOf("turns", turn)}>{msgUID}</a>
        <span class="hint">
          <a href={hrefOf("bots", userId)}>{userId}</a> · {integration} · {fromUserId}
        </span>
      </th>
      <td>
        <Reason reason={reason} />
      </td>
      <td class="turns-number turns-medium">
        {tries === null ? turnsTexts.value.none : number.value(tries)}
      </td>
      <td class="turns-medium">
        <time dateTime={new Date(givenUpAt).toISOString()} title={dateTime.value(givenUpAt)}>
          {clockTime.value(givenUpAt)}
        </time>
      </td>
    </tr>
  );
};

export const LetterTable = ({ letters, selected }: LetterTableProps) => {
  const texts = deadTexts.value;
  const ids = letters.map(({ id }) => id);
  const count = selectedAmong(ids, selected.value).length;
  const areAllSelected = count === ids.length;
  return (
    <div class="card turns-table">
      <table>
        <caption class="visually-hidden">{texts.caption}</caption>
        <thead>
          <tr>
            <td>
              <input
                type="checkbox"
                aria-label={texts.selectAll}
                checked={areAllSelected}
                indeterminate={count > 0 && !areAllSelected}
                onChange={() => {
                  selected.value = new Set(areAllSelected ? [] : ids);
                }}
              />
            </td>
            <th scope="col">{texts.message}</th>
            <th scope="col">{texts.reason}</th>
            <th scope="col" class="turns-number turns-medium">
              {texts.tries}
            </th>
            <th scope="col" class="turns-medium">
              {texts.givenUp}
            </th>
          </tr>
        </thead>
        <tbody>
          {letters.map((letter) => (
            <LetterRow key={letter.id} letter={letter} selected={selected} />
          ))}
        </tbody>
      </table>
    </div>
  );
};
