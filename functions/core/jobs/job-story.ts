import type { StoryBeginning, StoryEnding } from "#core/turn/turn-story.ts";
import type { Job } from "./job.ts";

/** What is known of a job before it runs. */
export const beginningOf = ({
  appKey,
  botUserId,
  integrationType,
  event,
  acceptedAt,
  check,
}: Job): StoryBeginning => {
  const { fromUserId, toUserId, channelType, msgUID } = event.data;
  return {
    channel: "im",
    appKey,
    bot: botUserId,
    integration: integrationType,
    fromUserId,
    channelType,
    targetId: channelType === "GROUP" ? toUserId : fromUserId,
    msgUID,
    acceptedAt,
    ...(check && { isCheck: true }),
  };
};

/** An ending without what `JobLeases.complete` adds. */
export type JobEnding = Omit<StoryEnding, "endedAt" | "tries">;

/** `outcome` is saved in the job's record. */
export interface EndedJob {
  readonly status: "ended";
  readonly outcome: string;
  readonly ending: JobEnding;
}
