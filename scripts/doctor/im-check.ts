import * as v from "valibot";
import { withoutTrailingSlashes } from "#adapters/http/base-url.ts";
import { imNoncePrefix } from "#adapters/rongcloud/signature.ts";
import type { AppWithKeys } from "#adapters/secrets/app-secrets.ts";
import { type Finding, type Findings, note, ok, problem } from "./check.ts";
import { describeAnswer, type Send, signedBy } from "./send.ts";

/** Revokes nothing: no token was issued before 1970, nor to this user. */
const path = "/user/token/expire.json";
const harmless = { userId: "bot-bridge-doctor-nobody", time: "1" };

const body = v.pipe(v.string(), v.parseJson(), v.object({ code: v.number() }));

/** RongCloud's codes for an unknown App Key, and for a wrong signature. */
const refused: ReadonlySet<number> = new Set([1001, 1004]);

/** Checks that the IM accepts each app's signature, with a call that changes nothing. */
export const checkIm = async (
  apiUrl: string,
  apps: readonly AppWithKeys[],
  send: Send,
): Promise<Findings> => {
  const check = async ({ appKey, secrets: [secret] }: AppWithKeys): Promise<Finding | undefined> => {
    const answer = await send({
      url: `${withoutTrailingSlashes(apiUrl)}${path}`,
      headers: signedBy(appKey, secret, imNoncePrefix),
      body: new URLSearchParams(harmless),
    });
    const text = `${appKey} at ${apiUrl}: ${describeAnswer(answer)}`;
    if (answer.status === undefined || answer.status >= 500)
      return problem(`${text}, from here`, "check the setting rongcloudApiUrl, and RongCloud's status page");
    const parsed = v.safeParse(body, answer.text);
    if (answer.status === 401 || (parsed.success && refused.has(parsed.output.code)))
      return problem(
        text,
        "compare App Key, App Secret and data centre with RongCloud's console (docs/deploy.md#change-an-app-secret)",
      );
    if (!parsed.success)
      return problem(
        text,
        "set rongcloudApiUrl to the host of the app's data centre (docs/spec/rongcloud.md#10-hosts)",
      );
    return parsed.output.code === 200 ? undefined : note(`${text}: it accepted the signature, not the call`);
  };

  const findings = (await Promise.all(apps.map(check))).filter((finding) => finding !== undefined);
  return findings.length > 0 ? findings : ok(`${apiUrl} accepts each app's signature`);
};
