import { describeError } from "../describe-error.ts";
import { shellTexts } from "../text/shell.ts";

/** An error, announced to screen readers, with a button to try again if there is something to try. */
export const Failure = ({ error, onRetry }: { error: unknown; onRetry?: () => void }) => (
  <div class="notice failed" role="alert">
    <p>{describeError(error)}</p>
    {onRetry && (
      <button type="button" onClick={onRetry}>
        {shellTexts.value.reload}
      </button>
    )}
  </div>
);
