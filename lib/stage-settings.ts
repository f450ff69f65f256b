import * as v from "valibot";
import type { GivenSettings } from "./config.ts";

const settings = v.record(v.string(), v.unknown(), "must be an object of settings");

const contextSchema = v.object({
  config: v.optional(settings, {}),
  stages: v.optional(v.record(v.string(), settings, "must be an object of settings by stage"), {}),
  stage: v.optional(v.string("must be a name"), "dev"),
});

/**
 * What the context of cdk.json and of the command (`-c stage=prod`) says of a stage: `stages.<stage>` over `config`.
 * @throws Error where the context is not of that form, or has no such stage: a slip of the pen is no new deployment.
 */
export const stageSettings = (read: (key: string) => unknown): GivenSettings => {
  const parsed = v.safeParse(contextSchema, {
    config: read("config"),
    stages: read("stages"),
    stage: read("stage"),
  });
  if (!parsed.success) {
    throw new Error(
      `context: ${parsed.issues.map((issue) => `${v.getDotPath(issue)}: ${issue.message}`).join("; ")}`,
    );
  }
  const { config, stages, stage } = parsed.output;
  const own = stages[stage];
  if (!own) {
    throw new Error(
      `config: stage: must be one of context.stages in cdk.json (${Object.keys(stages).join(", ")}), got ${JSON.stringify(stage)}`,
    );
  }
  return { ...config, ...own, stage };
};
