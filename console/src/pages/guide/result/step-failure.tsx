import { ApiError } from "../../../api-error.ts";
import { describeError } from "../../../describe-error.ts";
import type { Step } from "../step.ts";
import { guideTexts } from "../texts.ts";

const adviceFor = (error: unknown, step: Step): string | undefined => {
  if (!(error instanceof ApiError)) return undefined;
  const { advice, noBot } = guideTexts.value;
  const general: Readonly<Record<string, string>> = advice;
  const ofStep = step.advice?.(error);
  if (ofStep !== undefined) return ofStep;
  return error.message.includes("no bot has this id") ? noBot : general[error.code ?? error.status ?? ""];
};

/** What the bridge said, and what to change. */
export const StepFailure = ({ error, step }: { error: unknown; step: Step }) => {
  const texts = guideTexts.value;
  const advice = adviceFor(error, step);
  const { status, code, requestId } = error instanceof ApiError ? error : {};
  return (
    <div class="guide-result failed" role="alert">
      {status !== undefined && <h3>{texts.refused(status, code)}</h3>}
      <p class="guide-message">{describeError(error)}</p>
      {advice !== undefined && <p>{advice}</p>}
      {requestId !== undefined && <p class="hint">{texts.requestId(requestId)}</p>}
    </div>
  );
};
