import * as v from "valibot";
import { type OidcProvider, type SignInAttempt, SignInFailure } from "#adapters/oidc/oidc-provider.ts";
import type { SealedClaims } from "#adapters/oidc/sealed-claims.ts";
import type { Log } from "#core/shared/log.ts";
import { type ConsoleReply, jsonReply, redirectTo } from "./console-reply.ts";
import type { ConsoleRequest } from "./console-request.ts";
import { readCookie, setCookie } from "./cookies.ts";
import type { SignOutReply } from "./page-calls.ts";
import type { SignIn } from "./sign-in.ts";
import { problemPage, type SignInProblem } from "./sign-in-page.ts";
import { maySignIn, type SignInRules } from "./who-may-sign-in.ts";

/** What a session says of its operator. The groups are those that let the operator in. */
export const sessionClaims = v.object({
  subject: v.string(),
  name: v.string(),
  email: v.optional(v.string()),
  groups: v.array(v.string()),
});
export type SessionClaims = v.InferOutput<typeof sessionClaims>;

export interface OidcSignInPorts {
  readonly provider: OidcProvider;
  readonly sessions: SealedClaims<SessionClaims>;
  readonly attempts: SealedClaims<SignInAttempt>;
  readonly sessionSeconds: number;
  readonly rules: SignInRules;
  readonly log: Log;
}

const sessionCookie = "__Host-bot-bridge-console";
const attemptCookie = "__Host-bot-bridge-sign-in";
/** For passwords, second factors and forgotten ones. */
export const attemptSeconds = 10 * 60;

/** Signs operators in at an OpenID Connect provider. The session is in a cookie, and nothing of it is stored here. */
export const makeOidcSignIn = ({
  provider,
  sessions,
  attempts,
  sessionSeconds,
  rules,
  log,
}: OidcSignInPorts): SignIn => {
  const signInUrlOf = ({ addresses }: ConsoleRequest): string => `${addresses.consoleUrl}sign-in`;
  /** The provider has it in its list of allowed addresses. */
  const callbackUrlOf = (request: ConsoleRequest): string => `${signInUrlOf(request)}/callback`;

  const refuse = (request: ConsoleRequest, problem: SignInProblem, fields: Parameters<Log["warn"]>[1]) => {
    log.warn("console_sign_in_refused", { problem, ...fields });
    return problemPage(problem, signInUrlOf(request));
  };

  const explained =
    (answer: SignIn["begin"]): SignIn["begin"] =>
    async (request) => {
      try {
        return await answer(request);
      } catch (error) {
        if (!(error instanceof SignInFailure)) throw error;
        return refuse(request, error.kind, { reason: error.message });
      }
    };

  const openCookie = async <T>(
    request: ConsoleRequest,
    name: string,
    claims: SealedClaims<T>,
  ): Promise<T | undefined> => {
    const sealed = readCookie(request, name);
    return sealed === undefined ? undefined : claims.open(sealed);
  };

  const startSession = async (request: ConsoleRequest, session: SessionClaims): Promise<ConsoleReply> => {
    log.info("console_signed_in", { operator: session.subject, name: session.name });
    const cookie = setCookie(sessionCookie, await sessions.seal(session), sessionSeconds);
    // Not to where a request says: there is one place to go to.
    return redirectTo(request.addresses.consoleUrl, cookie);
  };

  return {
    operatorOf: async (request) => {
      const session = await openCookie(request, sessionCookie, sessions);
      // The rules may have changed since.
      return session && maySignIn(rules, { email: session.email, groups: session.groups })
        ? session
        : undefined;
    },

    begin: explained(async (request) => {
      const { url, attempt } = await provider.begin(callbackUrlOf(request));
      return redirectTo(url, setCookie(attemptCookie, await attempts.seal(attempt), attemptSeconds));
    }),

    finish: explained(async (request) => {
      const attempt = await openCookie(request, attemptCookie, attempts);
      if (!attempt) return refuse(request, "expired", {});
      const callbackUrl = new URL(`${callbackUrlOf(request)}?${request.query}`);
      const identity = await provider.finish(callbackUrl, attempt, (known) => maySignIn(rules, known));
      const { subject, name, email } = identity;
      if (!maySignIn(rules, identity)) return refuse(request, "not_allowed", { operator: subject, name });
      const groups = identity.groups.filter((group) => rules.allowedGroups.includes(group));
      return startSession(request, { subject, name, email, groups });
    }),

    end: async ({ addresses }) => {
      const url = await provider.signOutUrl(addresses.consoleUrl).catch(() => undefined);
      const reply: SignOutReply = { url: url ?? addresses.consoleUrl };
      return jsonReply(200, reply, setCookie(sessionCookie, "", 0));
    },
  };
};
