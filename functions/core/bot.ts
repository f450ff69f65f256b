import type { Integration, OpenIntegration } from "./integration.ts";

export interface Bot<I extends Integration = Integration> {
  /** Unique within its app. */
  readonly userId: string;
  readonly name: string;
  /** A free label. */
  readonly type: string;
  readonly profileUrl: string;
  readonly metadata: Readonly<Record<string, string>>;
  /** At most one of each type, in the order of `integrationTypes`. */
  readonly integrations: readonly I[];
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  /** Milliseconds since the epoch. */
  readonly updatedAt: number;
}

/** A bot with the keys of its Dify apps in clear. */
export type OpenBot = Bot<OpenIntegration>;

export type CreatedBot = "created" | "exists" | "over_cap";

/** Where an app's bots are kept. No app sees another's. */
export interface BotStore {
  /** Adds the bot unless its `userId` is taken or the app has `cap` bots already. */
  create(appKey: string, bot: OpenBot, cap: number): Promise<CreatedBot>;
  /** Reads what stands at this moment: a bot just created is found. Unknown ids are left out. */
  find(appKey: string, userIds: readonly string[]): Promise<Bot[]>;
  /** Reads one bot as it stands at this moment, and opens its keys. */
  open(appKey: string, userId: string): Promise<OpenBot | undefined>;
}
