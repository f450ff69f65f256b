import { useSignal } from "@preact/signals";
import {
  type DeadLetterReply,
  deadLettersReply,
} from "../../../../../functions/dead-letters/dead-letters-reply.ts";
import { callApi } from "../../../api.ts";
import { ApiError } from "../../../api-error.ts";
import { chosenApp } from "../../../chosen-app.ts";
import { shellTexts } from "../../../text/shell.ts";
import { Failure } from "../../../ui/failure.tsx";
import { useLoaded } from "../../../ui/use-loaded.ts";
import { deadTexts } from "./dead-texts.ts";
import { LetterTable } from "./letter-table.tsx";
import { RedriveDialog } from "./redrive-dialog.tsx";
import { type Redriven, RedriveResults } from "./redrive-results.tsx";
import { selectedAmong } from "./selection.ts";

const isUnsupported = (error: unknown): boolean => error instanceof ApiError && error.status === 404;

interface ListProps {
  readonly letters: readonly DeadLetterReply[];
  /** Whether there are no others. */
  readonly isComplete: boolean;
  readonly onRefresh: () => void;
}

const List = ({ letters, isComplete, onRefresh }: ListProps) => {
  const texts = deadTexts.value;
  const selected = useSignal<ReadonlySet<string>>(new Set());
  const isConfirming = useSignal(false);
  const redriven = useSignal<readonly Redriven[]>([]);
  const chosen = selectedAmong(
    letters.map(({ id }) => id),
    selected.value,
  );
  return (
    <>
      <RedriveResults redriven={redriven.value} />
      <div class="row">
        <button
          type="button"
          class="primary"
          disabled={chosen.length === 0}
          onClick={() => {
            isConfirming.value = true;
          }}
        >
          {texts.redrive(chosen.length)}
        </button>
        <button type="button" onClick={onRefresh}>
          {texts.refresh}
        </button>
      </div>
      {letters.length > 0 && <LetterTable letters={letters} selected={selected} />}
      {letters.length === 0 && isComplete && <p>{texts.none}</p>}
      {!isComplete && <p class="turns-note">{texts.incomplete}</p>}
      {isConfirming.value && (
        <RedriveDialog
          letters={letters.filter(({ id }) => chosen.includes(id))}
          onClose={() => {
            isConfirming.value = false;
          }}
          onRedriven={(results) => {
            redriven.value = results;
            selected.value = new Set();
            onRefresh();
          }}
        />
      )}
    </>
  );
};

/** Jobs that were given up: why, and another try. */
export const DeadLetters = () => {
  const texts = deadTexts.value;
  const app = chosenApp.value;
  const [loaded, reload] = useLoaded(
    (signal) => callApi("/v3/job/dead/query.json", {}, deadLettersReply, signal),
    [app],
  );
  const { last } = loaded;
  if (loaded.state === "failed" && isUnsupported(loaded.error))
    return (
      <p class="card" role="alert">
        {texts.unsupported}
      </p>
    );
  return (
    <>
      <p class="hint">{texts.intro}</p>
      {loaded.state === "failed" && <Failure error={loaded.error} onRetry={reload} />}
      {!last && loaded.state === "loading" && <p class="turns-loading">{shellTexts.value.loading}</p>}
      {last && <List key={app} letters={last.deadLetters} isComplete={last.isComplete} onRefresh={reload} />}
    </>
  );
};
