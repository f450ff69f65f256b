import type { BotDirectory } from "#core/intake/bot-directory.ts";
import { callerError } from "#core/shared/errors.ts";
import type { GuardedUser } from "./user-guard.ts";

/** What an app's server registered about a user. */
export interface UserProfile {
  /** Empty if none was given. */
  readonly name: string;
  /** Empty if none was given. */
  readonly portraitUri: string;
  /** When the user was first registered, in milliseconds since the epoch. */
  readonly createdAt: number;
}

/** The fields that a call sets; omitted fields keep their values. */
export interface ProfileChanges {
  readonly name: string | undefined;
  readonly portraitUri: string | undefined;
}

export interface UserProfiles {
  /** Registers the user, or changes the registered user. */
  save(user: GuardedUser, changes: ProfileChanges): Promise<void>;
  find(user: GuardedUser): Promise<UserProfile | undefined>;
}

export interface ProfilePorts {
  readonly profiles: UserProfiles;
  readonly bots: Pick<BotDirectory, "find">;
}

/** The profile of a user or bot; undefined if neither is known. A bot has the fields that it was created with. */
export type FindProfile = (user: GuardedUser) => Promise<UserProfile | undefined>;

export const makeFindProfile =
  ({ profiles, bots }: ProfilePorts): FindProfile =>
  async (user) => {
    const [[bot], profile] = await Promise.all([bots.find(user.appKey, [user.userId]), profiles.find(user)]);
    if (!bot) return profile;
    return { name: bot.name, portraitUri: bot.profileUrl, createdAt: bot.createdAt };
  };

/** Changes a user's profile. @throws BridgeError `bad_parameter` for a bot, whose fields the bot registry changes. */
export type RefreshProfile = (user: GuardedUser, changes: ProfileChanges) => Promise<void>;

export const makeRefreshProfile =
  ({ profiles, bots }: ProfilePorts): RefreshProfile =>
  async (user, changes) => {
    const [bot] = await bots.find(user.appKey, [user.userId]);
    if (bot) {
      const rule = "userId: must not be a bot, which /v3/bot/update.json changes";
      throw callerError("bad_parameter", `${rule}, got ${JSON.stringify(user.userId)}`, rule);
    }
    await profiles.save(user, changes);
  };
