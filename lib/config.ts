import * as v from "valibot";
import { type Config, configSchema } from "./config-schema.ts";

export type { Config } from "./config-schema.ts";

/** docs/spec/rongcloud.md, section 10. */
const rongcloudHost = /(^|\.)(rong-api|(sg|sg-b|us|sau)-light-api)\.com$/;

const isRongCloud = (url: unknown): boolean =>
  typeof url === "string" && rongcloudHost.test(URL.parse(url)?.hostname ?? "");

const defaults: Omit<Config, "passThrough" | "production"> = {
  stage: "dev",
  apps: [],
  logRetentionDays: 30,
  waf: false,
  rongcloudApiUrl: "https://api.rong-api.com",
  botsPerApp: 10,
  turnsInFlight: 100,
  webhooksInFlight: 100,
  reservedConcurrency: {},
  botCacheSeconds: 5,
  signatureWindowSeconds: 300,
  userTokenHours: 24,
  turnsPerMinute: 30,
  turnsAtOnce: 3,
  corsOrigins: [],
  allowPrivateCallbacks: false,
};

/** Settings as they are given, by name, not looked at yet. */
export type GivenSettings = Readonly<Record<string, unknown>>;

/**
 * The deployment's settings: the defaults, and what is given over them.
 * @throws Error naming every field that is wrong, with its rule, before anything is synthesised.
 */
export const makeConfig = (given: GivenSettings = {}): Config => {
  const settings = { ...defaults, ...given };
  const derived = {
    passThrough: isRongCloud(settings.rongcloudApiUrl),
    production: settings.stage === "prod",
  };
  const parsed = v.safeParse(configSchema, { ...derived, ...settings });
  if (parsed.success) return parsed.output;
  const wrong = parsed.issues.map((issue) => `${v.getDotPath(issue)}: ${ruleOf(issue)}`);
  throw new Error(`config: ${wrong.join("; ")}`);
};

const ruleOf = (issue: v.BaseIssue<unknown>): string =>
  issue.type === "strict_object" && issue.expected === "never" ? "there is no such setting" : issue.message;
