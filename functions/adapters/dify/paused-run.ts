import * as v from "valibot";
import { lenient } from "#adapters/model-api/lenient.ts";
import type { DetachedRun } from "./answer-machine.ts";
import type { DifyForm } from "./dify-form.ts";
import { savedDigest } from "./text-digest.ts";

const pausedRun = v.object({
  runId: v.string(),
  conversationId: lenient(v.string()),
  messageId: lenient(v.string()),
  taskId: lenient(v.string()),
  user: v.string(),
  /** Tokens by the id of the form. */
  tokens: v.record(v.string(), v.string()),
  received: savedDigest,
});
const pausedRunText = v.pipe(v.string(), v.parseJson(), pausedRun);

/** A run that waits for human input: what continuing it needs. */
export type PausedRun = v.InferOutput<typeof pausedRun>;

export const writePausedRun = (
  { runId, ids }: DetachedRun,
  user: string,
  forms: readonly DifyForm[],
  received: PausedRun["received"],
): string => {
  const tokens = forms.flatMap(({ form_id: id, form_token: token }) =>
    id === undefined || !token ? [] : [[id, token] as const],
  );
  const run: PausedRun = { runId, ...ids, user, tokens: Object.fromEntries(tokens), received };
  return JSON.stringify(run);
};

export const readPausedRun = (text: string): PausedRun | undefined => {
  const parsed = v.safeParse(pausedRunText, text);
  return parsed.success ? parsed.output : undefined;
};
