import { hrefOf } from "../../address.ts";
import { goTo } from "../../route.ts";
import { progress } from "./guide-state.ts";
import type { Guide, Step } from "./step.ts";
import { guideTexts } from "./texts.ts";

interface StepListProps {
  readonly guide: Guide;
  readonly current: Step;
}

const StepLink = ({ step, at, isCurrent }: { step: Step; at: number; isCurrent: boolean }) => {
  const state = progress.value[step.id] ?? "open";
  return (
    <a href={hrefOf("guide", step.id)} aria-current={isCurrent ? "step" : undefined} data-state={state}>
      <span class="guide-mark" aria-hidden="true">
        {state === "open" ? at + 1 : ""}
      </span>
      {step.texts.value.title}
      <span class="visually-hidden">, {guideTexts.value.states[state]}</span>
    </a>
  );
};

/** The steps beside the page. */
export const StepList = ({ guide, current }: StepListProps) => (
  <nav class="guide-list" aria-label={guideTexts.value.steps}>
    <ol>
      {guide.steps.map((step, at) => (
        <li key={step.id}>
          <StepLink step={step} at={at} isCurrent={step === current} />
        </li>
      ))}
    </ol>
  </nav>
);

const nameOf = (step: Step, at: number): string => {
  const state = progress.value[step.id] ?? "open";
  const { states } = guideTexts.value;
  return `${at + 1}. ${step.texts.value.title}${state === "open" ? "" : ` (${states[state]})`}`;
};

/** The same on a narrow screen. */
export const StepSelect = ({ guide, current }: StepListProps) => (
  <label class="guide-select">
    <span>{guideTexts.value.step}</span>
    <select value={current.id} onChange={({ currentTarget }) => goTo(hrefOf("guide", currentTarget.value))}>
      {guide.steps.map((step, at) => (
        <option key={step.id} value={step.id}>
          {nameOf(step, at)}
        </option>
      ))}
    </select>
  </label>
);
