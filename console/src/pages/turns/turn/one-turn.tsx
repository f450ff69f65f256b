import { foundTurnsReply } from "#adapters/api-gateway/turn-reply.ts";
import { hrefOf } from "../../../address.ts";
import { callApi } from "../../../api.ts";
import { chosenApp } from "../../../chosen-app.ts";
import { route } from "../../../route.ts";
import { dateTime } from "../../../text/language.ts";
import { shellTexts } from "../../../text/shell.ts";
import { Failure } from "../../../ui/failure.tsx";
import { useLoaded } from "../../../ui/use-loaded.ts";
import { readFilter } from "../list/turn-filter.ts";
import { TurnTable } from "../list/turn-table.tsx";
import { timeOf } from "../time-range.ts";
import { useRefresh } from "../use-refresh.ts";
import { type FoundTurns, findTurns } from "./find-turns.ts";
import { turnTexts } from "./turn-texts.ts";
import { TurnView } from "./turn-view.tsx";

const noFilter = readFilter(new URLSearchParams());
const nothingNew: ReadonlySet<string> = new Set();

const SearchOlder = ({ id, continueUntil }: { id: string; continueUntil: number }) => (
  <>
    {turnTexts.value.notSearched(dateTime.value(continueUntil))}{" "}
    <a href={hrefOf("turns", id, { until: new Date(continueUntil).toISOString() })}>
      {turnTexts.value.searchOlder}
    </a>
  </>
);

const NotFound = ({ id, continueUntil }: { id: string; continueUntil: number | undefined }) => {
  const texts = turnTexts.value;
  if (continueUntil === undefined)
    return (
      <div class="card" role="alert">
        <p>
          {texts.notFound} <code>{id}</code>
        </p>
        <p class="hint">{texts.notFoundHelp}</p>
      </div>
    );
  return (
    <p class="turns-note" role="alert">
      {texts.notFound} <SearchOlder id={id} continueUntil={continueUntil} />
    </p>
  );
};

const Found = ({ id, found: { turns, continueUntil } }: { id: string; found: FoundTurns }) => {
  const [turn, ...others] = turns;
  if (!turn) return <NotFound id={id} continueUntil={continueUntil} />;
  if (others.length === 0) return <TurnView turn={turn} />;
  return (
    <>
      <p>{turnTexts.value.several(turns.length)}</p>
      <TurnTable turns={turns} isNew={nothingNew} filter={noFilter} />
      {continueUntil !== undefined && (
        <p class="turns-note">
          <SearchOlder id={id} continueUntil={continueUntil} />
        </p>
      )}
    </>
  );
};

/** The turn with an id of any kind, or the turns if there are several. */
export const OneTurn = ({ id }: { readonly id: string }) => {
  const until = timeOf(route.value.query.get("until"));
  const [loaded, reload] = useLoaded(
    (signal) => findTurns((asked) => callApi("/v3/turn/get.json", asked, foundTurnsReply, signal), id, until),
    [chosenApp.value, until],
  );
  const { last } = loaded;
  useRefresh(loaded.state, reload, last?.turns.some(({ outcome }) => outcome === "running") ?? false);
  return (
    <>
      <p>
        <a href={hrefOf("turns")}>{turnTexts.value.back}</a>
      </p>
      {loaded.state === "failed" && <Failure error={loaded.error} onRetry={reload} />}
      {loaded.state === "loading" && !last && <p class="turns-loading">{shellTexts.value.loading}</p>}
      {last && <Found id={id} found={last} />}
    </>
  );
};
