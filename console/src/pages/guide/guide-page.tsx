import { useEffect } from "preact/hooks";
import { hrefOf } from "../../address.ts";
import { route } from "../../route.ts";
import "./guide.css";
import { forgetAll, progress } from "./guide-state.ts";
import { findPlace, guides, type Place } from "./guides.ts";
import { countDone, nextStep } from "./progress.ts";
import { stopAllRuns } from "./run/step-runs.ts";
import type { Guide } from "./step.ts";
import { StepList, StepSelect } from "./step-list.tsx";
import { StepView } from "./step-view.tsx";
import { guideTexts } from "./texts.ts";

const [firstGuide] = guides;

/** What the address shows: a step, or else where its guide goes on. */
const placeOf = ({ id, query }: typeof route.value): Place => {
  const guide = guides.find(({ name }) => name === query.get("for")) ?? firstGuide;
  return findPlace(id) ?? { guide, step: nextStep(guide.steps, progress.peek()) };
};

const GuideTabs = ({ current }: { current: Guide }) => {
  const texts = guideTexts.value;
  return (
    <nav class="guide-tabs" aria-label={texts.chooseGuide}>
      {guides.map(({ name }) => (
        <a
          key={name}
          href={hrefOf("guide", undefined, { for: name })}
          aria-current={name === current.name ? "true" : undefined}
        >
          {texts.guides[name]}
        </a>
      ))}
    </nav>
  );
};

const restart = (): void => {
  if (!confirm(guideTexts.value.restartSure)) return;
  stopAllRuns();
  forgetAll();
};

const Progress = ({ guide }: { guide: Guide }) => {
  const texts = guideTexts.value;
  const count = guide.steps.length;
  const done = countDone(guide.steps, progress.value);
  const text = texts.doneOf(done, count);
  return (
    <div class="guide-progress">
      <progress value={done} max={count} aria-label={text} />
      <span>{text}</span>
      <button type="button" class="quiet" onClick={restart}>
        {texts.restart}
      </button>
    </div>
  );
};

const Pager = ({ guide, step }: Place) => {
  const texts = guideTexts.value;
  const at = guide.steps.indexOf(step);
  const previous = guide.steps[at - 1];
  const next = guide.steps[at + 1];
  const button = progress.value[step.id] === "done" ? "button primary" : "button";
  const other = guides.find(({ name }) => name !== guide.name) ?? firstGuide;
  return (
    <nav class="guide-pager" aria-label={texts.pager}>
      {previous ? (
        <a class="button" href={hrefOf("guide", previous.id)}>
          {texts.previous}
        </a>
      ) : (
        <span />
      )}
      {next ? (
        <a class={button} href={hrefOf("guide", next.id)}>
          {texts.nextStep(next.texts.value.title)}
        </a>
      ) : (
        <a class={button} href={hrefOf("guide", undefined, { for: other.name })}>
          {texts.other[guide.name]}
        </a>
      )}
    </nav>
  );
};

export const GuidePage = () => {
  const { id } = route.value;
  const { guide, step } = placeOf(route.value);
  // The address then names the step, so that the page stays at it when the step is done.
  useEffect(() => {
    if (id !== step.id) location.replace(hrefOf("guide", step.id));
  }, [id, step.id]);
  const texts = guideTexts.value;
  const position = texts.stepOf(guide.steps.indexOf(step) + 1, guide.steps.length);
  return (
    <div class="page guide">
      <header>
        <h1>{texts.title}</h1>
        <GuideTabs current={guide} />
      </header>
      <div class="guide-layout">
        <aside>
          <Progress guide={guide} />
          <StepList guide={guide} current={step} />
          <StepSelect guide={guide} current={step} />
        </aside>
        <div class="guide-content">
          <StepView step={step} position={position} />
          <Pager guide={guide} step={step} />
        </div>
      </div>
    </div>
  );
};
