import { BridgeError } from "#core/shared/errors.ts";
import type { StoryEnding } from "#core/turn/turn-story.ts";

/** The story of a turn that could not run, or broke. Only what may be logged of the error is kept. */
export const refusedEnding = (error: unknown, endedAt: number): StoryEnding =>
  error instanceof BridgeError
    ? {
        outcome: error.expose ? "refused" : "incomplete",
        code: error.code,
        detail: error.logSafeMessage,
        endedAt,
      }
    : { outcome: "incomplete", code: "internal", detail: String(error), endedAt };
