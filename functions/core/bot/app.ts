/** One customer of the bridge, identified by its App Key. */
export interface App {
  readonly appKey: string;
  /** The secrets that may sign its requests, newest first: two during a rotation. */
  readonly secrets: readonly [string, ...string[]];
}

export interface AppDirectory {
  find(appKey: string): Promise<App | undefined>;
  /** The result of the last `find`, however old: for callers that must not wait. */
  lastKnown(appKey: string): App | undefined;
}
