import type { Apps } from "../apps/apps.ts";
import type { Random } from "../replay/random.ts";
import type { Recordings } from "../replay/recordings.ts";
import type { Runs } from "../runs/runs.ts";
import type { Conversations } from "./conversations.ts";
import type { Uploads } from "./uploads.ts";

/** What one stand-in Dify knows: all of it in memory, gone when it closes. */
export interface StandIn {
  readonly apps: Apps;
  readonly conversations: Conversations;
  readonly runs: Runs;
  readonly uploads: Uploads;
  readonly recordings: Recordings;
  readonly random: Random;
  readonly timing: Timing;
}

export interface Timing {
  /** Between deltas, where a profile says nothing else. */
  readonly paceMs: number;
  readonly pingMs: number;
  /** How long ≥1.13 keeps a stream without events open. */
  readonly idleMs: number;
}
