import type { TurnReply } from "#adapters/api-gateway/turn-reply.ts";
import { hrefOf } from "../../../address.ts";
import { dateTime } from "../../../text/language.ts";
import { PageLinks } from "../../../ui/page-links.tsx";
import { rangeBefore } from "../time-range.ts";
import { listTexts } from "./list-texts.ts";
import { filterParameters, lastPage, type TurnFilter } from "./turn-filter.ts";

interface PagesProps {
  readonly filter: TurnFilter;
  readonly reply: {
    readonly turns: readonly TurnReply[];
    readonly hasNext: boolean;
    readonly continueUntil?: number | undefined;
    /** When it was asked for. */
    readonly now: number;
  };
}

const hrefOfFilter = (filter: TurnFilter): string => hrefOf("turns", undefined, filterParameters(filter));

/** Where the list goes on although there is no next page; undefined if it does not. */
const olderThan = ({ filter, reply: { turns, hasNext, continueUntil } }: PagesProps) => {
  if (continueUntil !== undefined) return { until: continueUntil, isUnread: true };
  const oldest = turns.at(-1);
  // The oldest one again: others may have been accepted in the same millisecond.
  if (hasNext && filter.page === lastPage && oldest) return { until: oldest.acceptedAt + 1, isUnread: false };
  return undefined;
};

const Older = (props: PagesProps) => {
  const texts = listTexts.value;
  const older = olderThan(props);
  if (!older) return null;
  const { filter, reply } = props;
  const time = dateTime.value(older.until);
  return (
    <p class="turns-note">
      {older.isUnread ? texts.notSearched(time) : texts.lastPage(time)}{" "}
      <a
        href={hrefOfFilter({ ...filter, page: 1, range: rangeBefore(filter.range, older.until, reply.now) })}
      >
        {texts.searchOlder}
      </a>
    </p>
  );
};

export const Pages = (props: PagesProps) => {
  const { filter, reply } = props;
  return (
    <>
      <PageLinks
        label={listTexts.value.pages}
        page={filter.page}
        hasNext={reply.hasNext && filter.page < lastPage}
        hrefOfPage={(page) => hrefOfFilter({ ...filter, page })}
      />
      <Older {...props} />
    </>
  );
};
