import { useSignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { usageReply } from "#adapters/api-gateway/turn-reply.ts";
import type { UsageGroup } from "#core/turn/story-usage.ts";
import { callApi } from "../../../api.ts";
import { dateTime } from "../../../text/language.ts";
import { shellTexts } from "../../../text/shell.ts";
import { Failure } from "../../../ui/failure.tsx";
import { useLoaded } from "../../../ui/use-loaded.ts";
import { boundsOf, type TimeRange } from "../time-range.ts";
import { Bars } from "./bars.tsx";
import { mergeUsage, type UsageRow } from "./usage-data.ts";
import { UsageTable } from "./usage-table.tsx";
import { usageTexts } from "./usage-texts.ts";

/** The chart library is loaded when there is something to draw. Without it the table still has the numbers. */
const DayCharts = ({ rows }: { readonly rows: readonly UsageRow[] }) => {
  const [loaded] = useLoaded(loadDayCharts, []);
  if (loaded.state === "loading") return <p class="turns-loading">{shellTexts.value.loading}</p>;
  if (loaded.state === "failed") return <p class="turns-note">{usageTexts.value.noCharts}</p>;
  const Loaded = loaded.value;
  return <Loaded rows={rows} />;
};

const loadDayCharts = async () => (await import("./day-charts.tsx")).DayCharts;

interface CountedUsageProps {
  readonly by: UsageGroup;
  readonly range: TimeRange;
}

/** What was counted in calls before this one, and where they stopped. */
interface Counted {
  readonly rows: readonly UsageRow[];
  readonly until: number;
}

const Charts = ({ by, rows }: { readonly by: UsageGroup; readonly rows: readonly UsageRow[] }) =>
  by === "day" ? <DayCharts rows={rows} /> : <Bars by={by} rows={rows} />;

export const CountedUsage = ({ by, range }: CountedUsageProps) => {
  const texts = usageTexts.value;
  const bounds = useMemo(() => boundsOf(range, Date.now()), []);
  const counted = useSignal<Counted | undefined>(undefined);
  const [loaded, reload] = useLoaded(
    async (signal) => {
      const before = counted.peek();
      const request = { by, ...bounds, ...(before && { until: before.until }) };
      const { usage, continueUntil } = await callApi("/v3/usage/query.json", request, usageReply, signal);
      return { rows: mergeUsage([before?.rows ?? [], usage]), continueUntil };
    },
    [counted.value],
  );
  const { last } = loaded;
  return (
    <>
      {loaded.state === "failed" && <Failure error={loaded.error} onRetry={reload} />}
      {loaded.state === "loading" && <p class="turns-loading">{shellTexts.value.loading}</p>}
      {last?.continueUntil !== undefined && (
        <p class="turns-note" role="status">
          {texts.incomplete(dateTime.value(last.continueUntil))}{" "}
          <button
            type="button"
            disabled={loaded.state === "loading"}
            onClick={() => {
              if (last.continueUntil !== undefined)
                counted.value = { rows: last.rows, until: last.continueUntil };
            }}
          >
            {texts.countOlder}
          </button>
        </p>
      )}
      {last && last.rows.length === 0 && <p>{texts.none}</p>}
      {last && last.rows.length > 0 && (
        <>
          <Charts by={by} rows={last.rows} />
          <UsageTable by={by} rows={last.rows} />
        </>
      )}
    </>
  );
};
