import type { StoryOutcome } from "#core/turn/turn-story.ts";

/** Outcomes in four groups: few enough to be told apart by colour in a chart. */
export const outcomeGroups = ["answered", "other", "failed", "running"] as const;
export type OutcomeGroup = (typeof outcomeGroups)[number];

export const groupOfOutcome: Readonly<Record<StoryOutcome, OutcomeGroup>> = {
  running: "running",
  answered: "answered",
  delivered: "answered",
  truncated: "other",
  stopped: "other",
  paused: "other",
  unreadable: "other",
  recalled: "other",
  command: "other",
  merged: "answered",
  dropped: "other",
  expired: "other",
  limited: "other",
  refused: "other",
  failed: "failed",
  incomplete: "failed",
  abandoned: "failed",
  undelivered: "failed",
  given_up: "failed",
};

/** The colour of each group, as the name of a CSS token. */
export const colourTokens: Readonly<Record<OutcomeGroup, string>> = {
  answered: "--good",
  other: "--warning",
  failed: "--alarm",
  running: "--quiet",
};
