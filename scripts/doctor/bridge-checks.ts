import type { AppWithKeys } from "#adapters/secrets/app-secrets.ts";
import { type Check, checkOf, type Finding, type Findings, ok, problem } from "./check.ts";
import { type Answer, describeAnswer, type Send, signedBy } from "./send.ts";

export interface BridgeToCheck {
  readonly url: string | undefined;
  readonly apps: readonly AppWithKeys[] | undefined;
}

const path = "/v3/bot/query.json";

const toDoAfter = ({ status }: Answer): string => {
  if (status === 401) return "see docs/troubleshooting.md#401-a-call-is-refused";
  if (status === undefined || status >= 500)
    return "see docs/troubleshooting.md#a-deployed-function-does-not-start";
  return "look at the log of bot-registry";
};

/** Checks that the bridge answers, accepts the signature of each app, and refuses a wrong one. */
export const bridgeChecks = ({ url, apps }: BridgeToCheck, send: Send): readonly Check[] => {
  const address = async (bridge: string): Promise<Finding> => {
    const answer = await send({ url: `${bridge}/health` });
    return answer.status === 200
      ? ok(bridge)
      : problem(
          `GET ${bridge}/health: ${describeAnswer(answer)}`,
          "check the address and its DNS record (docs/deploy.md#use-your-own-domain)",
        );
  };

  const query = (bridge: string, appKey: string, secret: string): Promise<Answer> =>
    send({
      url: `${bridge}${path}`,
      headers: signedBy(appKey, secret),
      body: JSON.stringify({ page: 1, pageSize: 1 }),
    });

  const keysOf = async (
    bridge: string,
    { appKey, secrets: [secret] }: AppWithKeys,
  ): Promise<Finding | undefined> => {
    const [right, wrong] = await Promise.all([
      query(bridge, appKey, secret),
      query(bridge, appKey, `not ${secret}`),
    ]);
    if (right.status !== 200)
      return problem(`POST ${path} of ${appKey}: ${describeAnswer(right)}`, toDoAfter(right));
    if (wrong.status !== 401)
      return problem(
        `POST ${path} of ${appKey} with a wrong signature: ${wrong.status ?? "no response"} instead of 401`,
        "deploy the stage again, and report it if this stays (SECURITY.md)",
      );
    return undefined;
  };

  const keys = async ({
    bridge,
    all,
  }: {
    bridge: string;
    all: readonly AppWithKeys[];
  }): Promise<Findings> => {
    const findings = await Promise.all(all.map((app) => keysOf(bridge, app)));
    const problems = findings.filter((finding) => finding !== undefined);
    return problems.length > 0 ? problems : ok("each app's signature is accepted, and a wrong one refused");
  };

  const both = url === undefined || apps === undefined ? undefined : { bridge: url, all: apps };
  const what = url === undefined ? "the api stack" : "the secret";
  return [
    checkOf("address", { what: "the api stack", found: url }, address),
    checkOf("keys", { what, found: both }, keys),
  ];
};
