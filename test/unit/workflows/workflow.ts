import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { parse } from "yaml";
import { projectRoot } from "../../support/local-run.ts";

const permissions = v.record(v.string(), v.picklist(["read", "write", "none"]));

const step = v.looseObject({
  uses: v.exactOptional(v.string()),
  run: v.exactOptional(v.string()),
  with: v.exactOptional(v.record(v.string(), v.unknown()), {}),
  env: v.exactOptional(v.record(v.string(), v.string()), {}),
});

const job = v.looseObject({
  "runs-on": v.string(),
  "timeout-minutes": v.number(),
  permissions: v.exactOptional(permissions),
  environment: v.exactOptional(v.string()),
  if: v.exactOptional(v.string()),
  steps: v.array(step),
});

const workflow = v.looseObject({
  on: v.record(v.string(), v.unknown()),
  permissions,
  jobs: v.record(v.string(), job),
});

export type Step = v.InferOutput<typeof step>;
export type Job = v.InferOutput<typeof job>;

export interface Workflow extends v.InferOutput<typeof workflow> {
  readonly name: string;
  readonly text: string;
}

const folder = join(projectRoot, ".github/workflows");

/** The workflows that GitHub runs, by file. */
export const readWorkflows = (): Workflow[] =>
  readdirSync(folder).map((name) => {
    const text = readFileSync(join(folder, name), "utf8");
    return { ...v.parse(workflow, parse(text)), name, text };
  });
