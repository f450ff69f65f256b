import { randomUUID } from "node:crypto";
import type { Tool } from "../apps/profile.ts";
import type { JsonObject } from "../json.ts";
import { agentMessageEvent, chatEvent, messageEvent } from "./events.ts";
import type { Beat } from "./script.ts";
import type { Turn } from "./turn.ts";

interface Thought {
  readonly id: string;
  readonly position: number;
  readonly thought: string;
}

const thoughtEvent = (turn: Turn, { id, position, thought }: Thought, tool?: Tool): JsonObject =>
  chatEvent(turn, "agent_thought", {
    id,
    position,
    thought,
    observation: tool === undefined ? "" : JSON.stringify({ [tool.name]: tool.observation }),
    tool: tool?.name ?? "",
    tool_labels: tool === undefined ? {} : { [tool.name]: { en_US: tool.name } },
    tool_input: tool === undefined ? "" : JSON.stringify({ [tool.name]: tool.input }),
    message_files: [],
  });

// R015: the thought is there before the tool is chosen, and is sent again as it grows.
const toolEvents = (turn: Turn, tool: Tool): readonly JsonObject[] => {
  const thought = { id: randomUUID(), position: 1, thought: "" };
  const called = thoughtEvent(turn, thought, tool);
  return [
    thoughtEvent(turn, thought),
    agentMessageEvent(turn, ""),
    agentMessageEvent(turn, ""),
    called,
    called,
  ];
};

export interface AgentThoughts {
  readonly before: readonly JsonObject[];
  readonly after: readonly JsonObject[];
}

/** A4: what stands around an agent's answer. */
export const agentThoughts = (turn: Turn, script: readonly Beat[]): AgentThoughts => {
  const { tool, mode } = turn.app.profile;
  const answer = script.map((beat) => (beat.kind === "text" ? beat.text : "")).join("");
  const last = { id: randomUUID(), position: tool === undefined ? 1 : 2, thought: answer };
  // R112: the finished thought may come before the text.
  const early = turn.app.traits.shape === "1.x" && tool === undefined ? last : { ...last, thought: "" };
  return {
    before: [...(tool === undefined ? [] : toolEvents(turn, tool)), thoughtEvent(turn, early)],
    after: [
      thoughtEvent(turn, last),
      // The New Agent repeats the whole answer.
      ...(mode === "agent" ? [messageEvent(turn, answer, null)] : []),
    ],
  };
};
