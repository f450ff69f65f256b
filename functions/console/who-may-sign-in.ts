import type { Identity } from "#adapters/oidc/identity.ts";

/** Who may use the console. At least one of the two has an entry (lib/config/consistent-settings.ts). */
export interface SignInRules {
  /** In lower case. */
  readonly allowedEmails: readonly string[];
  readonly allowedGroups: readonly string[];
}

export const maySignIn = (
  { allowedEmails, allowedGroups }: SignInRules,
  { email, groups }: Pick<Identity, "email" | "groups">,
): boolean =>
  (email !== undefined && allowedEmails.includes(email)) ||
  groups.some((group) => allowedGroups.includes(group));
