import type { Beat } from "./script.ts";
import type { Turn } from "./turn.ts";

/** A piece of the answer and the variable that it comes from. */
export type PlannedBeat = Beat & { readonly selector: readonly string[] };

export interface PlannedNode {
  readonly id: string;
  readonly type: string;
  readonly title: string;
  /** What is said once this node is reached. */
  readonly beats: readonly PlannedBeat[];
  /** Says it while it runs; another says it when its result is there. */
  readonly streams: boolean;
}

export const silentNode = (id: string, type: string, title: string): PlannedNode => ({
  id,
  type,
  title,
  beats: [],
  streams: false,
});

const literal: readonly string[] = ["answer", "answer"];

const select = (beats: readonly Beat[], selector: readonly string[]): readonly PlannedBeat[] =>
  beats.map((beat) => ({ ...beat, selector }));

// "prefix{{template}}suffix": the prefix can be said before the template node has run (R015).
const planTemplate = (beats: readonly Beat[]): readonly [readonly PlannedBeat[], readonly PlannedBeat[]] => {
  const prefix = beats.length > 1 ? beats.slice(0, 1) : [];
  const suffix = beats.length > 2 ? beats.slice(-1) : [];
  const middle = beats.slice(prefix.length, beats.length - suffix.length);
  return [select(prefix, literal), [...select(middle, ["tpl", "output"]), ...select(suffix, literal)]];
};

/** The nodes of the app's graph in order, each with its part of the answer. */
export const planGraph = (turn: Turn, script: readonly Beat[]): readonly PlannedNode[] => {
  const { graph, mode } = turn.app.profile;
  const start = silentNode("start", "start", "Start");
  const template = silentNode("tpl", "template-transform", "Template");
  const last =
    mode === "workflow" ? silentNode("end", "end", "End") : silentNode("answer", "answer", "Answer");
  if (graph === "llm") {
    const llm = { ...silentNode("llm", "llm", "LLM"), streams: true };
    return [start, { ...llm, beats: select(script, ["llm", "text"]) }, last];
  }
  if (mode === "workflow") return [start, { ...template, beats: select(script, ["tpl", "output"]) }, last];
  if (graph === "answer") return [{ ...start, beats: select(script, literal) }, last];
  const [prefix, rest] = planTemplate(script);
  return [{ ...start, beats: prefix }, { ...template, beats: rest }, last];
};
