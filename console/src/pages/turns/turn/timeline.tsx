import type { TurnReply } from "#adapters/api-gateway/turn-reply.ts";
import { stepTextsOf } from "../../../steps/step-texts.ts";
import { type Step, stepsOf } from "../../../steps/steps.ts";
import { formatDuration } from "../../../text/duration.ts";
import { exactTime } from "../clock-time.ts";
import { turnTexts } from "./turn-texts.ts";

const columnCount = 4;

const percent = (part: number): string => `${part * 100}%`;

/** The gap before a step. Readers get it as a number in the row below. */
const Gap = ({ step }: { readonly step: Step }) => (
  // biome-ignore lint/a11y/noAriaHiddenOnFocusable: a row of a table takes no focus.
  <tr class="turns-gap" aria-hidden="true">
    <td colSpan={columnCount}>
      <div class="turns-track">
        <div
          class={step.isModel ? "turns-bar turns-model" : "turns-bar"}
          style={{ marginInlineStart: `min(${percent(step.from)}, 100% - 3px)`, width: percent(step.length) }}
        />
      </div>
    </td>
  </tr>
);

interface StepRowProps {
  readonly step: Step;
  readonly name: string;
  readonly isFirst: boolean;
}

const StepRow = ({ step, name, isFirst }: StepRowProps) => (
  <tr>
    <th scope="row">{name}</th>
    <td class="turns-number turns-medium">
      <time dateTime={new Date(step.at).toISOString()}>{exactTime.value(step.at)}</time>
    </td>
    <td class="turns-number">{formatDuration(step.afterMs)}</td>
    <td class="turns-number">{isFirst ? "" : `+${formatDuration(step.gapMs)}`}</td>
  </tr>
);

/** The steps of a turn as a table, with a bar between two rows for the time between them. */
export const Timeline = ({ turn }: { readonly turn: TurnReply }) => {
  const texts = turnTexts.value;
  const isWebhook = turn.integration === "webhook";
  const names = stepTextsOf(turn.integration);
  return (
    <section class="card" aria-labelledby="turns-timeline">
      <h3 id="turns-timeline">{texts.timeline}</h3>
      <table class="turns-timeline">
        <caption class="visually-hidden">{texts.timelineCaption}</caption>
        <thead>
          <tr>
            <th scope="col">{texts.step}</th>
            <th scope="col" class="turns-number turns-medium">
              {texts.time}
            </th>
            <th scope="col" class="turns-number">
              {texts.after}
            </th>
            <th scope="col" class="turns-number">
              {texts.gap}
            </th>
          </tr>
        </thead>
        <tbody>
          {stepsOf(turn).flatMap((step, index) => [
            index > 0 && <Gap key={`${step.name}-gap`} step={step} />,
            <StepRow key={step.name} step={step} name={names[step.name]} isFirst={index === 0} />,
          ])}
        </tbody>
      </table>
      <p class="turns-key" aria-hidden="true">
        <span class="turns-bar turns-model" /> {isWebhook ? texts.byWebhook : texts.byModel}
        <span class="turns-bar" /> {texts.byBridge}
      </p>
      {turn.endedAt === undefined && <p class="hint">{texts.notEnded}</p>}
    </section>
  );
};
