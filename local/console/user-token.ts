import * as v from "valibot";
import { signCall } from "#adapters/rongcloud/sign-call.ts";

export interface TokenPorts {
  readonly bridgeUrl: string;
  readonly appKey: string;
  readonly appSecret: string;
}

export type TokenOutcome =
  | { readonly status: 200; readonly token: string }
  | { readonly status: 400 | 502; readonly errorMessage: string };

/** With a real IM, `token` is the IM's token and `botToken` the bridge's. */
const given = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({ token: v.string(), botToken: v.optional(v.string()) }),
);
const refused = v.pipe(v.string(), v.parseJson(), v.object({ errorMessage: v.string() }));

const timeoutMs = 10_000;

/** Requests a user token with a signed call, as an app's server does. */
export const getUserToken = async (
  { bridgeUrl, appKey, appSecret }: TokenPorts,
  userId: string,
): Promise<TokenOutcome> => {
  try {
    const response = await fetch(`${bridgeUrl}/user/getToken.json`, {
      method: "POST",
      headers: { ...signCall({ appKey, secret: appSecret }, Date.now()) },
      body: new URLSearchParams({ userId }),
      signal: AbortSignal.timeout(timeoutMs),
    });
    const body = await response.text();
    const reply = v.safeParse(given, body);
    if (response.ok && reply.success) {
      return { status: 200, token: reply.output.botToken ?? reply.output.token };
    }
    const refusal = v.safeParse(refused, body);
    if (response.status === 400 && refusal.success) {
      return { status: 400, errorMessage: refusal.output.errorMessage };
    }
    return { status: 502, errorMessage: `the bridge responded with ${response.status}` };
  } catch {
    return { status: 502, errorMessage: "the bridge cannot be reached" };
  }
};
