import * as v from "valibot";
import type { UserProfile } from "#core/chat/user-profile.ts";

/** What RongCloud answers about a user. */
export const profileReply = v.object({
  userName: v.string(),
  userPortrait: v.string(),
  createTime: v.string(),
});

export type ProfileReply = v.InferOutput<typeof profileReply>;

/** Such as `2016-05-24 10:38:19`, as RongCloud writes it, in UTC. */
const toCreateTime = (ms: number): string => new Date(ms).toISOString().slice(0, 19).replace("T", " ");

/**
 * An unknown user is not an error: RongCloud's Dify plugin checks its credentials by asking for a user that no app has, and
 * requires status 200.
 */
export const toProfileReply = (profile: UserProfile | undefined): ProfileReply => ({
  userName: profile?.name ?? "",
  userPortrait: profile?.portraitUri ?? "",
  createTime: profile ? toCreateTime(profile.createdAt) : "",
});
