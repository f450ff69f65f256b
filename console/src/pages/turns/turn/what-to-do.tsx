import type { TurnReply } from "#adapters/api-gateway/turn-reply.ts";
import { explain } from "../explain-outcome.ts";
import { docSectionOf } from "./doc-section.ts";
import { Facts } from "./facts.tsx";
import { turnTexts } from "./turn-texts.ts";

/** Why a turn has no complete answer, and what helps; nothing for one that has. */
export const WhatToDo = ({ turn }: { readonly turn: TurnReply }) => {
  const texts = turnTexts.value;
  const { advice } = explain(turn);
  const section = docSectionOf(turn);
  if (advice === undefined && section === undefined && turn.detail === undefined) return null;
  return (
    <section class="card" aria-labelledby="turns-advice">
      <h3 id="turns-advice">{texts.whatToDo}</h3>
      {advice !== undefined && <p>{advice}</p>}
      <Facts
        facts={[
          { name: texts.code, value: turn.code && <code>{turn.code}</code> },
          { name: texts.detail, value: turn.detail && <code>{turn.detail}</code> },
        ]}
      />
      {section && (
        <p class="hint">
          {texts.more} <code>{section.file}</code>, {texts.sectionOf(section.heading)}
        </p>
      )}
    </section>
  );
};
