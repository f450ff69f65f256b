import type { TurnReply } from "#adapters/api-gateway/turn-reply.ts";
import { Counts } from "./counts.tsx";
import { Ids } from "./ids.tsx";
import { QuestionAndAnswer } from "./question-and-answer.tsx";
import { Timeline } from "./timeline.tsx";
import { TurnHead } from "./turn-head.tsx";
import { WhatToDo } from "./what-to-do.tsx";
import "./turn.css";

/** Everything that is known about one turn. */
export const TurnView = ({ turn }: { readonly turn: TurnReply }) => (
  <article class="turns-turn">
    <TurnHead turn={turn} />
    <div class="turns-story">
      <WhatToDo turn={turn} />
      <Timeline turn={turn} />
      <QuestionAndAnswer turn={turn} />
    </div>
    <div class="turns-facts">
      <Counts turn={turn} />
      <Ids turn={turn} />
    </div>
  </article>
);
