import { randomUUID } from "node:crypto";
import type { JsonObject, JsonValue } from "../json.ts";
import { nowInSeconds } from "../state/conversations.ts";
import { runEvent } from "./events.ts";
import type { PlannedNode } from "./graph-plan.ts";
import type { Turn } from "./turn.ts";

const parallelKeys: JsonObject = {
  parallel_id: null,
  parallel_start_node_id: null,
  parent_parallel_id: null,
  parent_parallel_start_node_id: null,
  iteration_id: null,
};

const loopKeys: JsonObject = { iteration_id: null, loop_id: null };

export interface NodeResult {
  readonly inputs: JsonValue;
  readonly outputs: JsonValue;
  readonly error: string | undefined;
}

export interface NodeEvents {
  readonly started: () => JsonObject;
  readonly finished: (result: NodeResult) => JsonObject;
}

/** The two events of one node; 0.15 counts and chains the nodes, 1.x no longer does (R112). */
export const makeNodeEvents = (
  turn: Turn,
  node: PlannedNode,
  index: number,
  predecessor: PlannedNode | undefined,
): NodeEvents => {
  const old = turn.app.traits.shape === "0.15";
  const startedAt = nowInSeconds();
  const head: JsonObject = {
    id: randomUUID(),
    node_id: node.id,
    node_type: node.type,
    title: node.title,
    index: old ? index + 1 : 1,
    predecessor_node_id: old ? (predecessor?.id ?? null) : null,
  };
  const truncated = (name: string): JsonObject => (old ? {} : { [`${name}_truncated`]: false });
  return {
    started: () =>
      runEvent(turn, "node_started", {
        ...head,
        inputs: null,
        ...truncated("inputs"),
        created_at: startedAt,
        extras: {},
        ...(old ? { ...parallelKeys, parallel_run_id: null } : { ...loopKeys, agent_strategy: null }),
      }),
    finished: ({ inputs, outputs, error }) =>
      runEvent(turn, "node_finished", {
        ...head,
        inputs,
        ...truncated("inputs"),
        process_data: old ? null : {},
        ...truncated("process_data"),
        outputs,
        ...truncated("outputs"),
        status: error === undefined ? "succeeded" : "failed",
        error: error ?? null,
        elapsed_time: 0.01,
        execution_metadata: null,
        created_at: startedAt,
        finished_at: nowInSeconds(),
        files: [],
        ...(old ? parallelKeys : loopKeys),
      }),
  };
};
