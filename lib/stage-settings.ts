import * as v from "valibot";
import { defaultStage } from "./config/deployment-settings.ts";
import type { GivenSettings } from "./config.ts";

const settings = v.record(v.string(), v.unknown(), "must be an object of settings");

const contextSchema = v.object({
  config: v.optional(settings, {}),
  stages: v.optional(v.record(v.string(), settings, "must be an object of stages and their settings"), {}),
  stage: v.optional(v.string("must be the name of a stage"), defaultStage),
  /** What `npm run deploy` has found (scripts/deploy.ts). */
  accountConcurrency: v.optional(
    v.pipe(v.string(), v.regex(/^\d{1,9}$/, "must be a number"), v.transform(Number)),
  ),
});

/**
 * Settings of a stage from the CDK context (cdk.json and `-c stage=prod`): `stages.<stage>` overrides `config`, which
 * overrides `-c accountConcurrency=…`.
 * @throws Error if the context is malformed or has no such stage, so that a typo does not create a deployment.
 */
export const stageSettings = (read: (key: string) => unknown): GivenSettings => {
  const parsed = v.safeParse(contextSchema, {
    config: read("config"),
    stages: read("stages"),
    stage: read("stage"),
    accountConcurrency: read("accountConcurrency"),
  });
  if (!parsed.success) {
    throw new Error(
      `context: ${parsed.issues.map((issue) => `${v.getDotPath(issue)}: ${issue.message}`).join("; ")}`,
    );
  }
  const { config, stages, stage, accountConcurrency } = parsed.output;
  const own = stages[stage];
  if (!own) {
    throw new Error(
      `config: stage: must be one of context.stages in cdk.json (${Object.keys(stages).join(", ")}), got ${JSON.stringify(stage)}`,
    );
  }
  return { ...(accountConcurrency !== undefined && { accountConcurrency }), ...config, ...own, stage };
};
