import { useEffect, useRef } from "preact/hooks";
import { ApiError } from "../../api-error.ts";
import { chosenApp } from "../../chosen-app.ts";
import { currentSession } from "../../session.ts";
import { Command } from "./command/command.tsx";
import { faultyField } from "./field-fault.ts";
import { markStep, progress, values } from "./guide-state.ts";
import { Copyables } from "./result/copyables.tsx";
import { ResultView } from "./result/result-view.tsx";
import { StepFailure } from "./result/step-failure.tsx";
import { type StepRun, startRun, stepRuns } from "./run/step-runs.ts";
import type { Facts, Step } from "./step.ts";
import { StepFields } from "./step-form.tsx";
import { guideTexts } from "./texts.ts";

/** The field that the bridge refuses, and why. */
const faultOf = ({ call }: Step, run: StepRun | undefined) => {
  if (run?.state !== "failed" || !(run.error instanceof ApiError)) return undefined;
  const { message } = run.error;
  const name = faultyField(message, call?.(values.value).sent ?? {});
  return name && { name, message };
};

const RunButtons = ({ step, run }: { step: Step; run: StepRun | undefined }) => {
  const texts = guideTexts.value;
  const { action } = step.texts.value;
  const isRunning = run?.state === "running";
  return (
    <div class="row">
      <button type="submit" class="primary" disabled={isRunning}>
        {isRunning ? texts.running : action}
      </button>
      {isRunning && (
        <button type="button" onClick={run.stop}>
          {texts.stop}
        </button>
      )}
    </div>
  );
};

/** A step that is done elsewhere, such as in RongCloud's console. */
const DoneBox = ({ step: { id } }: { step: Step }) => (
  <label class="guide-done">
    <input
      type="checkbox"
      checked={progress.value[id] === "done"}
      onChange={({ currentTarget }) => markStep(id, currentTarget.checked ? "done" : undefined)}
    />
    {guideTexts.value.isDone}
  </label>
);

const Outcome = ({ step, run }: { step: Step; run: StepRun | undefined }) => {
  if (run === undefined) return null;
  if (run.state === "failed") return <StepFailure error={run.error} step={step} />;
  return run.result ? <ResultView result={run.result} isRunning={run.state === "running"} /> : null;
};

const StepBody = ({ step, facts }: { step: Step; facts: Facts }) => {
  const run = stepRuns.value[step.id];
  const texts = guideTexts.value;
  const { isCommandFirst = false } = step;
  const title = isCommandFirst ? texts.commandToRun : texts.command;
  const command = step.call && <Command callOf={step.call} title={title} />;
  const copyables = step.copyables?.(facts) ?? [];
  return (
    <>
      <form
        class="guide-form"
        onSubmit={(event) => {
          event.preventDefault();
          void startRun(step);
        }}
      >
        {step.fields.length > 0 && <StepFields names={step.fields} fault={faultOf(step, run)} />}
        {copyables.length > 0 && <Copyables copyables={copyables} />}
        {isCommandFirst && command}
        {step.run ? <RunButtons step={step} run={run} /> : <DoneBox step={step} />}
      </form>
      <Outcome step={step} run={run} />
      {!isCommandFirst && command}
    </>
  );
};

/** One step: what it does, its values, its result, and its command. */
export const StepView = ({ step, position }: { step: Step; position: string }) => {
  const heading = useRef<HTMLHeadingElement>(null);
  const shownBefore = useRef<string>(undefined);
  useEffect(() => {
    // Where a reader of the next step begins; not when the page is opened.
    if (shownBefore.current !== undefined && shownBefore.current !== step.id) heading.current?.focus();
    shownBefore.current = step.id;
  }, [step.id]);
  const { title, intro, points = [] } = step.texts.value;
  const facts: Facts = { values: values.value, session: currentSession(), appKey: chosenApp.value };
  const warning = step.warning?.(facts);
  return (
    <article class="card guide-step" aria-labelledby="guide-step-title">
      <header>
        <p class="hint">{position}</p>
        <h2 id="guide-step-title" ref={heading} tabIndex={-1}>
          {title}
        </h2>
        <p>{intro}</p>
      </header>
      {warning !== undefined && <p class="guide-warning">{warning}</p>}
      {points.length > 0 && (
        <ul>
          {points.map((point) => (
            <li key={point}>{point}</li>
          ))}
        </ul>
      )}
      <StepBody key={step.id} step={step} facts={facts} />
    </article>
  );
};
