import type { BehaviourOf } from "../apps/behaviour.ts";
import { answerFileUrl } from "./answer-file.ts";
import { echoText } from "./echo.ts";
import type { Turn } from "./turn.ts";

/** A piece of what an app says. */
export type Beat =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "reasoning"; readonly text: string; readonly final: boolean }
  | { readonly kind: "file" };

const text = (piece: string): Beat => ({ kind: "text", text: piece });

const words = (sentence: string): readonly string[] => sentence.match(/\s*\S+\s*/g) ?? [];

const replyPieces = (turn: Turn): readonly string[] => {
  const { reply } = turn.app.profile;
  switch (reply.kind) {
    case "text":
      return words(reply.text);
    case "deltas":
      return reply.deltas;
    default:
      return words(echoText(turn));
  }
};

// A8-5: the tags come split over chunks.
const thinkingAloud = (thought: string): readonly Beat[] =>
  ["<thi", "nk>\n", ...words(thought), "\n</th", "ink>\n\n"].map(text);

const thinkingAside = (thought: string): readonly Beat[] => {
  const pieces = words(thought);
  return [
    ...pieces.map((piece): Beat => ({ kind: "reasoning", text: piece, final: false })),
    { kind: "reasoning", text: "", final: true },
  ];
};

const separates = (turn: Turn, { format }: BehaviourOf<"think">): boolean =>
  format === "separated" && turn.app.profile.mode === "advanced-chat" && turn.app.traits.separatesReasoning;

/** What the app says in this turn, piece by piece. */
export const writeScript = (turn: Turn): readonly Beat[] => {
  const pieces = replyPieces(turn).map(text);
  switch (turn.behaviour.kind) {
    case "think": {
      const thinking = separates(turn, turn.behaviour) ? thinkingAside : thinkingAloud;
      return [...thinking(turn.behaviour.thought), ...pieces];
    }
    case "files":
      // A workflow has no Answer node that would write a link: its file is an output of its own.
      if (turn.messageId === undefined) return pieces;
      return [...pieces, { kind: "file" }, text("\n\n"), text(`![picture](${answerFileUrl(turn)})`)];
    default:
      return pieces;
  }
};

/** A8-5: what a chatflow's `outputs.answer` is: without the thought where the LLM node separates it. */
export const answerOutput = (turn: Turn, answer: string): string =>
  turn.behaviour.kind === "think" && turn.behaviour.format === "separated"
    ? answer.replace(/<think>.*?<\/think>\s*/s, "")
    : answer;
