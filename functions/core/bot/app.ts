/** One customer of the bridge, told apart by its App Key. */
export interface App {
  readonly appKey: string;
  /** The secrets with which its requests may be signed, the newest first: two while one is rotated. */
  readonly secrets: readonly [string, ...string[]];
}

export interface AppDirectory {
  find(appKey: string): Promise<App | undefined>;
  /** As `find` gave it last, however long ago: for a call that may not wait. */
  lastKnown(appKey: string): App | undefined;
}
