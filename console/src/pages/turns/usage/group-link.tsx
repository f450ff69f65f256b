import type { UsageGroup } from "#core/turn/story-usage.ts";
import { hrefOf } from "../../../address.ts";
import { dayMs, startOfDay } from "./days.ts";
import { usageTexts } from "./usage-texts.ts";

const isoOf = (ms: number): string => new Date(ms).toISOString();

const filterOf = (by: UsageGroup, group: string): Record<string, string> | undefined => {
  switch (by) {
    case "bot":
      return { bot: group };
    case "user":
      return { user: group };
    case "day": {
      const start = startOfDay(group);
      return Number.isNaN(start) ? undefined : { since: isoOf(start), until: isoOf(start + dayMs) };
    }
    case "integration":
      return undefined;
  }
};

/** The name of a group of turns, which leads to the list of them where the list can be filtered by it. */
export const GroupLink = ({ by, group }: { readonly by: UsageGroup; readonly group: string }) => {
  const filter = filterOf(by, group);
  if (!filter)
    return (
      <span class="turns-group" title={group}>
        {group}
      </span>
    );
  return (
    <a
      class="turns-group"
      href={hrefOf("turns", undefined, filter)}
      title={usageTexts.value.showTurns(group)}
    >
      {group}
    </a>
  );
};
