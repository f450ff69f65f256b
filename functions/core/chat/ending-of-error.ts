import { BridgeError } from "#core/shared/errors.ts";
import { nameOfLimit } from "#core/turn/limit-names.ts";
import { LimitReachedError } from "#core/turn/limit-reached-error.ts";
import type { StoryEnding } from "#core/turn/turn-story.ts";

/** The story of a turn that could not run, or broke. Other errors than ours may contain text of a user: only the log has them. */
export const endingOfError = (error: unknown, endedAt: number): StoryEnding => {
  if (error instanceof LimitReachedError)
    return { outcome: "limited", detail: nameOfLimit(error.by), endedAt };
  if (error instanceof BridgeError) {
    const { code, expose, logSafeMessage: detail } = error;
    return { outcome: expose ? "refused" : "incomplete", code, detail, endedAt };
  }
  return { outcome: "incomplete", code: "internal", endedAt };
};
