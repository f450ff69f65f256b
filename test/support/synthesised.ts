import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type App, type AppProps, Stack } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import { addStacks, openApp } from "../../lib/app.ts";
import { type GivenSettings, makeConfig } from "../../lib/config.ts";
import { type Assembly, readAssembly } from "../../local/aws/template/read-assembly.ts";
import { readStacks } from "../../local/aws/template/read-stacks.ts";
import type { StackTemplate } from "../../local/aws/template/stack-template.ts";
import { closeAfterAll } from "./close-after.ts";

export const parts = ["data", "messaging", "api"] as const;
export type Part = (typeof parts)[number];

/** For tests that read templates: bundling takes two seconds, and is the same in every deployment. */
export const withoutBundles: AppProps = { postCliContext: { "aws:cdk:bundling-stacks": [] } };

/** A synthesised deployment without the rule checks; deleted after the tests of the file. */
export interface Synthesised {
  readonly app: App;
  readonly outdir: string;
  readonly templates: Readonly<Record<Part, Template>>;
  readonly stacks: readonly StackTemplate[];
  readonly assembly: Assembly;
}

export const synthesise = (
  given: GivenSettings = {},
  prepare: (app: App) => void = () => undefined,
): Synthesised => {
  const outdir = mkdtempSync(join(tmpdir(), "bot-bridge-infra-"));
  closeAfterAll({ close: () => rmSync(outdir, { recursive: true }) });
  const config = makeConfig({ stage: "test", ...given });
  const app = openApp({ ...withoutBundles, outdir, builtinCloudFormationValidation: false });
  addStacks(app, config);
  prepare(app);
  app.synth();
  const template = (part: Part): Template => {
    const stack = app.node.findChild(`bot-bridge-${config.stage}-${part}`);
    if (!Stack.isStack(stack)) throw new Error(`no stack ${part}`);
    return Template.fromStack(stack);
  };
  return {
    app,
    outdir,
    templates: { data: template("data"), messaging: template("messaging"), api: template("api") },
    stacks: readStacks(outdir).stacks,
    assembly: readAssembly(outdir),
  };
};
