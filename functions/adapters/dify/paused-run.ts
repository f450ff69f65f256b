import * as v from "valibot";
import { lenient } from "#adapters/model-api/lenient.ts";
import type { AnswerOutcome } from "#core/answer/answer.ts";
import { type DifyForm, requestOf } from "./dify-form.ts";
import { savedDigest } from "./text-digest.ts";

const pausedRun = v.object({
  runId: v.string(),
  conversationId: lenient(v.string()),
  messageId: lenient(v.string()),
  taskId: lenient(v.string()),
  user: v.string(),
  /** The forms that were asked, the current one last: their ids. */
  asked: v.array(v.string()),
  /** Of the current form; absent if somebody else fills it in. */
  token: lenient(v.string()),
  received: savedDigest,
});
const pausedRunText = v.pipe(v.string(), v.parseJson(), pausedRun);

/** A run that waits for human input: what continuing it needs. */
export type PausedRun = v.InferOutput<typeof pausedRun>;

export const readPausedRun = (text: string): PausedRun | undefined => {
  const parsed = v.safeParse(pausedRunText, text);
  return parsed.success ? parsed.output : undefined;
};

/** What the turn before the pause knows of its run. */
export interface PausingRun {
  /** Undefined if Dify did not name the run: then it cannot be continued. */
  readonly runId: string | undefined;
  readonly ids: Pick<PausedRun, "conversationId" | "messageId" | "taskId">;
  readonly user: string;
  /** The forms that were asked before. */
  readonly asked: readonly string[];
  readonly received: PausedRun["received"];
}

/** The outcome of a run that waits for these forms. If there are several, Dify pauses again after each. */
export const pausedOutcome = (
  { runId, ids, user, asked, received }: PausingRun,
  forms: readonly DifyForm[],
): AnswerOutcome => {
  const request = requestOf(forms);
  const shown = request.form ? forms.filter(({ form_id: id }) => id === request.form?.id) : forms;
  const ends = forms.flatMap(({ expiration_time: seconds = [] }) => seconds);
  const run: PausedRun | undefined =
    runId === undefined
      ? undefined
      : {
          runId,
          ...ids,
          user,
          asked: [...asked, ...shown.flatMap(({ form_id: id = [] }) => id)],
          token: (request.form && shown[0]?.form_token) ?? undefined,
          received,
        };
  return {
    status: "paused",
    pause: {
      ...request,
      ...(run && { reference: JSON.stringify(run) }),
      ...(ends.length > 0 && { expiresAt: 1000 * Math.max(...ends) }),
    },
  };
};

/** Whether a run with these open forms still waits for one that was asked, rather than for the next ones. */
export const stillWaits = ({ asked }: PausedRun, open: readonly DifyForm[]): boolean =>
  open.length === 0 || open.some(({ form_id: id }) => id !== undefined && asked.includes(id));
