import * as oidc from "openid-client";
import * as v from "valibot";
import type { Clock } from "#core/shared/clock.ts";
import { type Identity, toIdentity, withMore } from "./identity.ts";

/** What the server must know of a sign-in that has begun, to finish it. */
export const signInAttempt = v.object({ state: v.string(), nonce: v.string(), codeVerifier: v.string() });
export type SignInAttempt = v.InferOutput<typeof signInAttempt>;

/** A sign-in that came to nothing. */
export class SignInFailure extends Error {
  override readonly name = "SignInFailure";
  /** `denied`: the provider or the person refused; `unreachable`: no answer of the provider; `invalid`: an answer that proves nothing. */
  readonly kind: "denied" | "unreachable" | "invalid";

  constructor(kind: SignInFailure["kind"], reason: string, cause?: unknown) {
    super(reason, { cause });
    this.kind = kind;
  }
}

/** Signs people in at an OpenID Connect provider, with an authorization code and PKCE. Its methods throw SignInFailure. */
export interface OidcProvider {
  begin(redirectUri: string): Promise<{ readonly url: string; readonly attempt: SignInAttempt }>;
  /** `isEnough`: whether the ID token's claims suffice; otherwise the provider is asked for more. */
  finish(
    callbackUrl: URL,
    attempt: SignInAttempt,
    isEnough: (identity: Identity) => boolean,
  ): Promise<Identity>;
  /** Where the browser ends the session at the provider; undefined if the provider has no such address. */
  signOutUrl(returnTo: string): Promise<string | undefined>;
}

export interface OidcProviderPorts {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: () => Promise<string | undefined>;
  readonly scopes: readonly string[];
  readonly groupsClaim: string;
  /** Whether the provider may have an http address, in a local run. */
  readonly allowHttp: boolean;
  readonly clock: Clock;
}

const timeoutSeconds = 5;
/** The provider's addresses change rarely; its keys are read again when an unknown one is used. */
const metadataAgeMs = 60 * 60_000;
const clockToleranceSeconds = 30;

/** What the log may say of an error: its codes, never what the provider wrote. */
const reasonOf = (error: unknown): string => {
  if (!(error instanceof Error)) return "unknown";
  const codes = v.safeParse(v.object({ code: v.optional(v.string()), error: v.optional(v.string()) }), error);
  const { code, error: oauthError } = codes.success ? codes.output : {};
  return [error.name, code, oauthError].filter((each) => each !== undefined).join(" ");
};

/** A request without an answer. The library's own type errors have a code, those of `fetch` have none. */
const isUnreachable = (error: unknown): boolean =>
  error instanceof oidc.ClientError
    ? error.code === "OAUTH_TIMEOUT"
    : error instanceof TypeError && !("code" in error);

const toFailure = (error: unknown): SignInFailure => {
  if (error instanceof SignInFailure) return error;
  if (error instanceof oidc.AuthorizationResponseError)
    return new SignInFailure("denied", reasonOf(error), error);
  return new SignInFailure(isUnreachable(error) ? "unreachable" : "invalid", reasonOf(error), error);
};

/**
 * In the body if the provider supports it: not all decode what RFC 6749 has clients encode in the header. Without a list, RFC 8414's
 * default is the header.
 */
const authenticationWith =
  (secret: string): oidc.ClientAuth =>
  (server, ...call) => {
    const methods = server.token_endpoint_auth_methods_supported ?? [];
    const method = methods.includes("client_secret_post") ? oidc.ClientSecretPost : oidc.ClientSecretBasic;
    return method(secret)(server, ...call);
  };

export const makeOidcProvider = ({
  issuer,
  clientId,
  clientSecret,
  scopes,
  groupsClaim,
  allowHttp,
  clock,
}: OidcProviderPorts): OidcProvider => {
  let known:
    | { readonly configuration: oidc.Configuration; readonly secret: string | undefined; readonly at: number }
    | undefined;

  const discover = (secret: string | undefined): Promise<oidc.Configuration> =>
    oidc.discovery(
      new URL(issuer),
      clientId,
      { [oidc.clockTolerance]: clockToleranceSeconds },
      secret === undefined ? oidc.None() : authenticationWith(secret),
      {
        timeout: timeoutSeconds,
        // Verifies the ID token's signature too, although it comes from the provider over TLS.
        execute: [oidc.enableNonRepudiationChecks, ...(allowHttp ? [oidc.allowInsecureRequests] : [])],
      },
    );

  const configured = async (): Promise<oidc.Configuration> => {
    const secret = await clientSecret();
    if (known && known.secret === secret && clock.now() - known.at < metadataAgeMs)
      return known.configuration;
    const configuration = await discover(secret);
    known = { configuration, secret, at: clock.now() };
    return configuration;
  };

  const guarded = <T>(work: () => Promise<T>): Promise<T> =>
    work().catch((error: unknown) => {
      throw toFailure(error);
    });

  return {
    begin: (redirectUri) =>
      guarded(async () => {
        const configuration = await configured();
        const attempt = {
          state: oidc.randomState(),
          nonce: oidc.randomNonce(),
          codeVerifier: oidc.randomPKCECodeVerifier(),
        };
        const url = oidc.buildAuthorizationUrl(configuration, {
          redirect_uri: redirectUri,
          scope: scopes.join(" "),
          state: attempt.state,
          nonce: attempt.nonce,
          code_challenge: await oidc.calculatePKCECodeChallenge(attempt.codeVerifier),
          code_challenge_method: "S256",
        });
        return { url: url.href, attempt };
      }),

    finish: (callbackUrl, { state, nonce, codeVerifier }, isEnough) =>
      guarded(async () => {
        const configuration = await configured();
        const tokens = await oidc.authorizationCodeGrant(configuration, callbackUrl, {
          expectedState: state,
          expectedNonce: nonce,
          pkceCodeVerifier: codeVerifier,
          idTokenExpected: true,
        });
        const claims = tokens.claims();
        if (!claims) throw new SignInFailure("invalid", "there is no ID token");
        const identity = toIdentity(claims, groupsClaim);
        if (isEnough(identity) || configuration.serverMetadata().userinfo_endpoint === undefined)
          return identity;
        const more = await oidc.fetchUserInfo(configuration, tokens.access_token, claims.sub);
        return withMore(identity, toIdentity(more, groupsClaim));
      }),

    signOutUrl: (returnTo) =>
      guarded(async () => {
        const configuration = await configured();
        if (configuration.serverMetadata().end_session_endpoint === undefined) return undefined;
        // Cognito's name of the second one is `logout_uri`.
        return oidc.buildEndSessionUrl(configuration, {
          client_id: clientId,
          post_logout_redirect_uri: returnTo,
          logout_uri: returnTo,
        }).href;
      }),
  };
};
