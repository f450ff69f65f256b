import type { Limits } from "./limits.ts";

/** One customer of the bridge, identified by its App Key. */
export interface App {
  readonly appKey: string;
  /** The secrets that may sign its requests, newest first: two during a rotation. */
  readonly secrets: readonly [string, ...string[]];
  /** Limits of all its bots together, and of each of its users. */
  readonly limits?: Limits | undefined;
}

export interface AppDirectory {
  find(appKey: string): Promise<App | undefined>;
  /** The result of the last `find`, however old: for callers that must not wait. */
  lastKnown(appKey: string): App | undefined;
}
