import type { Config } from "../../lib/config.ts";
import type { ClientConfig } from "../command/bridge.ts";
import { explainAwsError, isAccessDenied } from "../command/explain-aws-error.ts";
import { describeStack, stackNameOf } from "../command/find-stack.ts";

export interface DomainPorts {
  readonly aws: ClientConfig;
  /** Whether requests to the host arrive at the target. */
  readonly pointsTo: (host: string, target: string) => Promise<boolean>;
}

const guide = "docs/deploy.md#use-your-own-domain";

/**
 * Checks that a domain leads to the API before a deployment turns off the API's other address.
 * @throws Error that says what to do first, if it does not.
 */
export const checkDomain = async (
  { stage, domain, defaultEndpoint }: Pick<Config, "stage" | "domain" | "defaultEndpoint">,
  { aws, pointsTo }: DomainPorts,
): Promise<string> => {
  if (!domain) return "AWS's own";
  const { name } = domain;
  if (defaultEndpoint) return `${name}, and AWS's own`;
  const stack = await describeStack(stackNameOf(stage, "api"), aws).catch((error: unknown) => {
    if (isAccessDenied(error)) return "not allowed" as const;
    throw new Error(explainAwsError(error), { cause: error });
  });
  if (stack === "not allowed")
    return `not checked: cloudformation:DescribeStacks on ${stackNameOf(stage, "api")} is denied`;
  const { Url, DomainTarget: target } = stack?.outputs ?? {};
  // The other address is off already. A deployment may be what repairs a broken domain.
  if (Url === `https://${name}/`) return name;
  if (target === undefined)
    throw new Error(`defaultEndpoint: deploy ${name} with true first, so that it has a target: ${guide}`);
  if (await pointsTo(name, target)) return name;
  throw new Error(
    `defaultEndpoint: must be true until ${name} leads to the API. Point its CNAME record to ${target}, and wait until it resolves: ${guide}`,
  );
};
