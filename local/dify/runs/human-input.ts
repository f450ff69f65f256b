import { randomUUID } from "node:crypto";
import type { JsonObject } from "../json.ts";
import { nowInSeconds } from "../state/conversations.ts";
import { runEvent } from "./events.ts";
import { silentNode } from "./graph-plan.ts";
import { makeNodeEvents } from "./node-events.ts";
import { runStartedEvent } from "./run-events.ts";
import { eventStep, type RunControl, type Steps } from "./steps.ts";
import type { Turn } from "./turn.ts";

const formText = ({ behaviour }: Turn): string => (behaviour.kind === "paused" ? behaviour.form : "");

const human = silentNode("human", "human-input", "Ask a person");
const oneDay = 24 * 60 * 60;

/** A4: the run stops at a form, its streams close, and it goes on when the form has been filled. */
export function* askHuman(turn: Turn, control: RunControl): Steps {
  const formToken = randomUUID();
  const text = formText(turn);
  const expiresAt = nowInSeconds() + oneDay;
  const actions = [
    { id: "approve", title: "Approve", button_style: "primary" },
    { id: "reject", title: "Reject", button_style: "default" },
  ];
  const asked: JsonObject = {
    form_id: randomUUID(),
    form_token: formToken,
    node_id: human.id,
    node_title: human.title,
    form_content: text,
    inputs: [],
    actions,
    display_in_ui: false,
    resolved_default_values: {},
    expiration_time: expiresAt,
  };
  const nodeEvents = makeNodeEvents(turn, human, 1, undefined);
  yield eventStep(nodeEvents.started());
  yield eventStep(runEvent(turn, "human_input_required", asked));
  const data: JsonObject = {
    workflow_run_id: turn.runId,
    paused_nodes: [human.id],
    reasons: [{ TYPE: "human_input_required", ...asked }],
    outputs: {},
    status: "paused",
    created_at: turn.createdAt,
    elapsed_time: 0.05,
    total_tokens: 0,
    total_steps: 2,
  };
  yield { kind: "settle", outcome: { kind: "paused", data } };
  yield eventStep(runEvent(turn, "workflow_paused", data));
  const form: JsonObject = {
    form_content: text,
    inputs: [],
    resolved_default_values: {},
    user_actions: actions,
    expiration_time: expiresAt,
  };
  yield { kind: "pause", formToken, form };
  yield eventStep(runStartedEvent(turn, 0, "resumption"));
  yield eventStep(
    runEvent(turn, "human_input_form_filled", {
      node_id: human.id,
      node_title: human.title,
      rendered_content: text,
      action_id: control.chosenAction(),
      action_text: control.chosenAction(),
    }),
  );
  yield eventStep(
    nodeEvents.finished({ inputs: {}, outputs: { __action_id: control.chosenAction() }, error: undefined }),
  );
}
