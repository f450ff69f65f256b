import { parseFormBody } from "#adapters/api-gateway/parse-body.ts";
import type { SignedRoute } from "#adapters/api-gateway/signed-api.ts";
import type { FindProfile, RefreshProfile } from "#core/chat/user-profile.ts";
import { type ProfileReply, toProfileReply } from "./profile-reply.ts";
import { profileQuerySchema, profileSchema } from "./user-schema.ts";

export interface ProfileRoutesPorts {
  readonly findProfile: FindProfile;
  readonly refreshProfile: RefreshProfile;
}

/** Profiles of users, for when there is no real IM that keeps them (docs/spec/rongcloud.md, section 8). */
export const makeProfileRoutes = ({
  findProfile,
  refreshProfile,
}: ProfileRoutesPorts): Record<string, SignedRoute> => ({
  "/user/info.json": async ({ appKey }, { body }): Promise<ProfileReply> => {
    const { userId } = parseFormBody(profileQuerySchema, body);
    return toProfileReply(await findProfile({ appKey, userId }));
  },
  "/user/refresh.json": async ({ appKey }, { body }) => {
    const { userId, name, portraitUri } = parseFormBody(profileSchema, body);
    await refreshProfile({ appKey, userId }, { name, portraitUri });
    return {};
  },
});
