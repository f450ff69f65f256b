import { runsGraph } from "../apps/apps.ts";
import { easySteps } from "./easy-run.ts";
import { graphSteps } from "./graph-run.ts";
import { findShortcut, shortcutSteps } from "./shortcut-run.ts";
import type { RunControl, Steps } from "./steps.ts";
import type { Turn } from "./turn.ts";

/** All that a run does, whatever the app. */
export function* runSteps(turn: Turn, control: RunControl): Steps {
  yield { kind: "wait", ms: turn.namingDelayMs };
  if (turn.behaviour.kind === "pings_only") {
    yield { kind: "hold" };
    return;
  }
  const shortcut = findShortcut(turn);
  if (shortcut !== undefined) {
    yield* shortcutSteps(turn, shortcut);
    return;
  }
  yield* runsGraph(turn.app.profile.mode) ? graphSteps(turn, control) : easySteps(turn, control);
}
