import { createHash } from "node:crypto";
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from "jose";
import { type HttpServer, readBody, startHttpServer } from "../../local/http-server.ts";

/** What the simulated provider does wrong, or differently. */
export interface ProviderBehaviour {
  /** Claims of the person who signs in, in the ID token. */
  claims?: JWTPayload;
  /** Claims of the userinfo endpoint. */
  userinfo?: Record<string, unknown>;
  /** Changes the ID token's claims before it is signed. */
  distort?: (claims: JWTPayload) => JWTPayload;
  /** Signs the ID token with a key that is not published. */
  foreignKey?: boolean;
  /** The person, or the provider, refuses. */
  denies?: boolean;
}

export interface SimulatedProvider extends HttpServer {
  readonly behaviour: ProviderBehaviour;
  /** Requests so far, as `METHOD path`. */
  readonly requests: readonly string[];
  /** How the client authenticated at the token endpoint, last. */
  readonly authentication: () => string | undefined;
  /** Signs the person in, as a browser with a session at the provider would: resolves to where the browser is sent next. */
  readonly approve: (authorizationUrl: string) => Promise<URL>;
}

interface Grant {
  readonly challenge: string;
  readonly redirectUri: string;
  readonly nonce: string | undefined;
}

const keyId = "provider-key";
const algorithm = "ES256";

/** A provider of OpenID Connect: discovery, keys, authorization with PKCE, tokens and userinfo. */
export const startOidcProvider = async (client: {
  readonly id: string;
  readonly secret?: string;
}): Promise<SimulatedProvider> => {
  const [published, foreign] = await Promise.all([generateKeyPair(algorithm), generateKeyPair(algorithm)]);
  const jwk = { ...(await exportJWK(published.publicKey)), kid: keyId, alg: algorithm, use: "sig" };
  const behaviour: ProviderBehaviour = {};
  const grants = new Map<string, Grant>();
  const requests: string[] = [];
  let codes = 0;
  let authentication: string | undefined;

  const metadata = (issuer: string) => ({
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    userinfo_endpoint: `${issuer}/userinfo`,
    jwks_uri: `${issuer}/jwks`,
    end_session_endpoint: `${issuer}/sign-out`,
    response_types_supported: ["code"],
    subject_types_supported: ["public"],
    id_token_signing_alg_values_supported: [algorithm],
    code_challenge_methods_supported: ["S256"],
    authorization_response_iss_parameter_supported: true,
  });

  const authorize = (issuer: string, query: URLSearchParams): string => {
    const redirectUri = query.get("redirect_uri") ?? "";
    const back = new URL(redirectUri);
    back.searchParams.set("iss", issuer);
    back.searchParams.set("state", query.get("state") ?? "");
    const isValid =
      query.get("client_id") === client.id &&
      query.get("response_type") === "code" &&
      query.get("code_challenge_method") === "S256" &&
      (query.get("scope") ?? "").split(" ").includes("openid");
    if (!isValid) throw new Error(`not a valid authorization request: ${query}`);
    if (behaviour.denies) {
      back.searchParams.set("error", "access_denied");
      return back.href;
    }
    codes += 1;
    const code = `code-${codes}`;
    const nonce = query.get("nonce") ?? undefined;
    grants.set(code, { challenge: query.get("code_challenge") ?? "", redirectUri, nonce });
    back.searchParams.set("code", code);
    return back.href;
  };

  const isClient = (header: string | undefined, form: URLSearchParams): boolean => {
    authentication = header === undefined ? "none" : header.split(" ")[0];
    if (client.secret === undefined) return form.get("client_id") === client.id;
    // RFC 6749, 2.3.1: both are form-encoded first.
    const [id, secret] = Buffer.from(header?.replace(/^Basic /, "") ?? "", "base64")
      .toString()
      .split(":")
      .map(decodeURIComponent);
    return id === client.id && secret === client.secret;
  };

  const tokens = async (issuer: string, header: string | undefined, form: URLSearchParams) => {
    const code = form.get("code") ?? "";
    const grant = grants.get(code);
    // A code has one use.
    grants.delete(code);
    const challenge = createHash("sha256")
      .update(form.get("code_verifier") ?? "")
      .digest("base64url");
    if (!isClient(header, form)) return { status: 401, body: { error: "invalid_client" } };
    if (!grant || grant.redirectUri !== form.get("redirect_uri") || grant.challenge !== challenge)
      return { status: 400, body: { error: "invalid_grant" } };
    const now = Math.floor(Date.now() / 1000);
    const claims: JWTPayload = {
      iss: issuer,
      aud: client.id,
      sub: "person-1",
      iat: now,
      exp: now + 300,
      ...(grant.nonce !== undefined && { nonce: grant.nonce }),
      ...behaviour.claims,
    };
    const idToken = await new SignJWT(behaviour.distort?.(claims) ?? claims)
      .setProtectedHeader({ alg: algorithm, kid: keyId })
      .sign((behaviour.foreignKey ? foreign : published).privateKey);
    return {
      status: 200,
      body: { access_token: "access-1", token_type: "Bearer", expires_in: 300, id_token: idToken },
    };
  };

  const server = await startHttpServer(0, async (request, response) => {
    const issuer = `http://${request.headers.host}`;
    const { pathname, searchParams } = new URL(request.url ?? "/", issuer);
    requests.push(`${request.method} ${pathname}`);
    const json = (status: number, body: object): void =>
      void response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    switch (pathname) {
      case "/.well-known/openid-configuration":
        return json(200, metadata(issuer));
      case "/jwks":
        return json(200, { keys: [jwk] });
      case "/authorize":
        response.writeHead(302, { location: authorize(issuer, searchParams) }).end();
        return;
      case "/token": {
        const form = new URLSearchParams((await readBody(request)).toString());
        const { status, body } = await tokens(issuer, request.headers.authorization, form);
        return json(status, body);
      }
      case "/sign-out":
        response.writeHead(302, { location: searchParams.get("post_logout_redirect_uri") ?? "/" }).end();
        return;
      case "/userinfo":
        return json(200, { sub: "person-1", ...behaviour.userinfo });
      default:
        return json(404, {});
    }
  });

  return {
    ...server,
    behaviour,
    requests,
    authentication: () => authentication,
    approve: async (authorizationUrl) => {
      const response = await fetch(authorizationUrl, { redirect: "manual" });
      return new URL(response.headers.get("location") ?? "");
    },
  };
};
