import { useSignal } from "@preact/signals";
import { useMemo, useRef } from "preact/hooks";
import { turnsReply } from "#adapters/api-gateway/turn-reply.ts";
import { callApi } from "../../../api.ts";
import { shellTexts } from "../../../text/shell.ts";
import { Failure } from "../../../ui/failure.tsx";
import { useLoaded } from "../../../ui/use-loaded.ts";
import { useRefresh } from "../use-refresh.ts";
import { ListStatus } from "./list-status.tsx";
import { listTexts } from "./list-texts.ts";
import { makeNewTurns } from "./new-turns.ts";
import { Pages } from "./pages.tsx";
import { isFiltered, isOpenEnded, requestOf, type TurnFilter } from "./turn-filter.ts";
import { TurnTable } from "./turn-table.tsx";

/** A page of the list, refreshed while it shows the newest turns. */
export const ListedTurns = ({ filter }: { readonly filter: TurnFilter }) => {
  const texts = listTexts.value;
  const isPaused = useSignal(false);
  const newTurns = useMemo(makeNewTurns, []);
  const [loaded, reload] = useLoaded(async (signal) => {
    const now = Date.now();
    const reply = await callApi("/v3/turn/query.json", requestOf(filter, now), turnsReply, signal);
    return {
      ...reply,
      now,
      isNew: newTurns(
        reply.turns.map(({ turn }) => turn),
        now,
      ),
    };
  }, []);
  const canRefresh = isOpenEnded(filter);
  useRefresh(loaded.state, reload, canRefresh && !isPaused.value);

  // A failure stays until a refresh succeeds: it would be announced again with each.
  const settled = useRef(loaded);
  if (loaded.state !== "loading") settled.current = loaded;
  const { current } = settled;
  const { last } = loaded;
  if (!last) {
    if (current.state === "failed") return <Failure error={current.error} onRetry={reload} />;
    return <p class="turns-loading">{shellTexts.value.loading}</p>;
  }
  return (
    <section class="turns-listed" aria-label={texts.caption}>
      <ListStatus
        asOf={last.now}
        isFailed={current.state === "failed"}
        newCount={last.isNew.size}
        canRefresh={canRefresh}
        isPaused={isPaused}
        onRefresh={reload}
      />
      {last.turns.length > 0 ? (
        <TurnTable turns={last.turns} isNew={last.isNew} filter={filter} />
      ) : (
        <p>{isFiltered(filter) || filter.page > 1 ? texts.noneMatch : texts.none}</p>
      )}
      <Pages filter={filter} reply={last} />
    </section>
  );
};
