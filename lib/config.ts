import * as v from "valibot";
import { type Config, configSchema } from "./config-schema.ts";

export type { Config } from "./config-schema.ts";

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

const ruleOf = (issue: v.BaseIssue<unknown>): string =>
  issue.type === "strict_object" && issue.expected === "never" ? "unknown setting" : issue.message;
