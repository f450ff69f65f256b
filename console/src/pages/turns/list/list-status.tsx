import type { Signal } from "@preact/signals";
import { clockTime } from "../clock-time.ts";
import { listTexts } from "./list-texts.ts";

interface ListStatusProps {
  readonly asOf: number;
  /** The latest refresh failed. */
  readonly isFailed: boolean;
  readonly newCount: number;
  readonly canRefresh: boolean;
  readonly isPaused: Signal<boolean>;
  readonly onRefresh: () => void;
}

/** How fresh the list is. */
export const ListStatus = ({
  asOf,
  isFailed,
  newCount,
  canRefresh,
  isPaused,
  onRefresh,
}: ListStatusProps) => {
  const texts = listTexts.value;
  const time = clockTime.value(asOf);
  const isLive = canRefresh && !isPaused.value;
  const state = isLive ? texts.live : (isPaused.value ? texts.paused : texts.fixed)(time);
  return (
    <div class="turns-status">
      {isFailed ? (
        <p class="error" role="alert">
          {texts.refreshFailed(time)}
        </p>
      ) : (
        <p class={isLive ? "turns-live" : undefined} title={isLive ? texts.liveHint : undefined}>
          {state}
        </p>
      )}
      <p role="status">{newCount > 0 && texts.newTurns(newCount)}</p>
      {canRefresh ? (
        <button
          type="button"
          class="quiet"
          onClick={() => {
            isPaused.value = !isPaused.value;
            if (!isPaused.value) onRefresh();
          }}
        >
          {isPaused.value ? texts.resume : texts.pause}
        </button>
      ) : (
        <button type="button" class="quiet" onClick={onRefresh}>
          {texts.refresh}
        </button>
      )}
    </div>
  );
};
