import { CopyButton } from "../../../ui/copy-button.tsx";
import { CodeBox } from "../code-box.tsx";
import type { StepResult } from "../step.ts";
import { guideTexts } from "../texts.ts";
import { Copyables } from "./copyables.tsx";
import { TurnStory } from "./turn-story.tsx";
import { TurnsTable } from "./turns-table.tsx";

const Reply = ({ reply, isOpen }: { reply: unknown; isOpen: boolean }) => {
  const texts = guideTexts.value;
  const json = JSON.stringify(reply, null, 2);
  return (
    <details open={isOpen}>
      <summary>{texts.reply}</summary>
      <CodeBox caption="JSON" text={json}>
        <CopyButton text={json} subject={texts.reply} />
      </CodeBox>
    </details>
  );
};

/** What came back, and what it means. */
export const ResultView = ({ result, isRunning }: { result: StepResult; isRunning: boolean }) => {
  const { meaning, isFailed = false, reply, answer, turns, story, copyable } = result;
  const state = isRunning ? "running" : isFailed ? "failed" : "done";
  return (
    <div class={`guide-result ${state}`}>
      <p role="status">{meaning()}</p>
      {answer !== undefined && (
        <figure>
          <figcaption>{guideTexts.value.answer}</figcaption>
          <blockquote dir="auto">{answer}</blockquote>
        </figure>
      )}
      {turns && turns.length > 0 && <TurnsTable turns={turns} />}
      {story && <TurnStory story={story} />}
      {copyable && <Copyables copyables={[copyable]} />}
      {reply !== undefined && <Reply reply={reply} isOpen={!turns && !story} />}
    </div>
  );
};
