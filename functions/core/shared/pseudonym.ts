/** A short name for a user of an app in logs. The same user has the same name; without the app's keys it says nothing. */
export type PseudonymOf = (appKey: string, userId: string) => string;
