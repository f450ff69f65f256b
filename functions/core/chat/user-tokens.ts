import type { ForwardedCall, ImReply } from "#core/intake/forward-call.ts";
import type { TokenRevocations } from "./user-guard.ts";
import type { ProfileChanges, UserProfiles } from "./user-profile.ts";

export interface TokenApp {
  readonly appKey: string;
  /** With a real IM: whose token is in the field `token`. The other one is in a field of its own. */
  readonly token: "im" | "bridge";
}

/** The user of a token. */
export interface TokenHolder {
  readonly userId: string;
  /** The bots that the token is valid for; undefined: all of the app's. */
  readonly bots: readonly string[] | undefined;
}

export type SignUserToken<A extends TokenApp> = (app: A, holder: TokenHolder) => Promise<string>;

export type ImRegistration =
  /** `fields`: all that the IM returned. */
  | { readonly status: "registered"; readonly token: string; readonly fields: object }
  | { readonly status: "refused"; readonly reply: ImReply };

/** The users of a real IM. Rejects with a BridgeError if the IM does not answer. */
export interface ImUsers {
  register(call: ForwardedCall): Promise<ImRegistration>;
  /** Revokes the tokens of the call's users issued before `before`. Returns the IM's reply if it refuses. */
  revokeTokens(call: ForwardedCall, before: number): Promise<ImReply | undefined>;
}

export interface IssueUserTokenPorts<A extends TokenApp> {
  readonly signUserToken: SignUserToken<A>;
  /** Used if there is no real IM, which keeps profiles itself. */
  readonly profiles: Pick<UserProfiles, "save">;
  /** Undefined if there is no real IM (`PASS_THROUGH`). */
  readonly imUsers: ImUsers | undefined;
}

type IssuedTokens =
  | { readonly token: string }
  | { readonly token: string; readonly botToken: string }
  | { readonly token: string; readonly imToken: string };

export type IssueResult =
  | { readonly status: "issued"; readonly tokens: IssuedTokens; readonly imFields?: object }
  | { readonly status: "refused"; readonly reply: ImReply };

/** `call`: as the app's server made it, for a real IM. */
export type IssueUserToken<A extends TokenApp> = (
  app: A,
  user: TokenHolder & ProfileChanges,
  call: ForwardedCall,
) => Promise<IssueResult>;

/**
 * With a real IM, `token` is the IM's and `botToken` the bridge's, or `imToken` and `token`, for SDKs that read no other field
 * (setting `token` of the app). Without one, `token` is the bridge's.
 */
export const makeIssueUserToken =
  <A extends TokenApp>({ signUserToken, profiles, imUsers }: IssueUserTokenPorts<A>): IssueUserToken<A> =>
  async (app, { userId, bots, name, portraitUri }, call) => {
    const own = await signUserToken(app, { userId, bots: bots && [...new Set(bots)] });
    if (!imUsers) {
      await profiles.save({ appKey: app.appKey, userId }, { name, portraitUri });
      return { status: "issued", tokens: { token: own } };
    }
    const registration = await imUsers.register(call);
    if (registration.status === "refused") return registration;
    const { token: imToken, fields: imFields } = registration;
    const tokens = app.token === "bridge" ? { imToken, token: own } : { token: imToken, botToken: own };
    return { status: "issued", tokens, imFields };
  };

export interface ExpireUserTokensPorts {
  readonly revocations: Pick<TokenRevocations, "revoke">;
  /** Undefined if there is no real IM (`PASS_THROUGH`). */
  readonly imUsers: ImUsers | undefined;
}

/** Revokes the users' tokens issued before `before`. Returns the IM's reply if it refuses. `call`: as for `IssueUserToken`. */
export type ExpireUserTokens = (
  userIds: readonly string[],
  before: number,
  call: ForwardedCall,
) => Promise<ImReply | undefined>;

/** Revokes the bridge's tokens first, so that they are revoked even if the IM refuses or does not answer. */
export const makeExpireUserTokens =
  ({ revocations, imUsers }: ExpireUserTokensPorts): ExpireUserTokens =>
  async (userIds, before, call) => {
    const { appKey } = call;
    await Promise.all([...new Set(userIds)].map((userId) => revocations.revoke({ appKey, userId }, before)));
    return imUsers?.revokeTokens(call, before);
  };
