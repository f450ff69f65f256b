import * as v from "valibot";
import { type Config, configSchema } from "./config/schema.ts";

export type { Config } from "./config/schema.ts";

/** Settings by name, before validation. */
export type GivenSettings = Readonly<Record<string, unknown>>;

/**
 * Validates the settings of a deployment and fills in defaults.
 * @throws Error that names every invalid setting and its rule, before anything is synthesised.
 */
export const makeConfig = (given: GivenSettings = {}): Config => {
  const parsed = v.safeParse(configSchema, given);
  if (parsed.success) return parsed.output;
  const faults = parsed.issues.map((issue) => `${v.getDotPath(issue)}: ${ruleOf(issue)}`);
  throw new Error(`config: ${faults.join("; ")}`);
};

/** An AWS account and region. */
export interface Place {
  readonly account: string;
  readonly region: string;
}

/**
 * Validates the settings of a deployment with credentials of this place. It applies if the settings name no other, and is
 * not part of the result: templates do not depend on the credentials.
 * @throws Error as of makeConfig, also for a certificate that is elsewhere.
 */
export const makeConfigAt = ({ account, region }: Place, given: GivenSettings): Config => {
  makeConfig({ account, region, ...given });
  return makeConfig(given);
};

const ruleOf = (issue: v.BaseIssue<unknown>): string =>
  issue.type === "strict_object" && issue.expected === "never" ? "unknown setting" : issue.message;
