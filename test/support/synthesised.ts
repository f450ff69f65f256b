import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { AppProps } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import { addStacks, openApp } from "../../lib/app.ts";
import { findBuild } from "../../lib/build-cache.ts";
import { type GivenSettings, makeConfig } from "../../lib/config.ts";
import { assemblyFiles } from "../../local/assembly.ts";
import { type Assembly, readAssembly } from "../../local/aws/template/read-assembly.ts";
import { readStacks } from "../../local/aws/template/read-stacks.ts";
import type { StackTemplate } from "../../local/aws/template/stack-template.ts";

export const parts = ["data", "messaging", "api", "observability"] as const;
export type Part = (typeof parts)[number];

/**
 * For tests that read templates. Bundling takes two seconds and is the same in every deployment; the other options leave out
 * the checks of `cdk synth`, and what only the CDK's own tools read.
 */
export const templatesOnly: AppProps = {
  postCliContext: { "aws:cdk:bundling-stacks": [] },
  builtinCloudFormationValidation: false,
  treeMetadata: false,
};

/** A deployment that was synthesised without the rule checks. */
export interface Synthesised {
  readonly templates: Readonly<Record<Part, Template>>;
  readonly stacks: readonly StackTemplate[];
  readonly assembly: Assembly;
  /** Of its stacks: `aws://<account>/<region>`. */
  readonly environments: readonly string[];
  /** Names of the stacks that CloudFormation refuses to delete. */
  readonly protectedStacks: readonly string[];
}

interface Manifest {
  readonly artifacts: Readonly<
    Record<
      string,
      {
        readonly type: string;
        readonly environment?: string;
        readonly properties?: { readonly terminationProtection?: boolean };
      }
    >
  >;
}

/** Synthesises each deployment once for all test files: it takes a second of CPU time. */
export const synthesise = (given: GivenSettings = {}): Synthesised => {
  const config = makeConfig({ stage: "test", ...given });
  const build = findBuild({ name: "bot-bridge-templates", files: assemblyFiles, settings: config });
  if (!build.exists) {
    const app = openApp({ ...templatesOnly, outdir: build.draft });
    addStacks(app, config);
    app.synth();
    build.save();
  }
  const { folder } = build;
  const read = (file: string): string => readFileSync(join(folder, file), "utf8");
  const { artifacts }: Manifest = JSON.parse(read("manifest.json"));
  const template = (part: Part): Template =>
    Template.fromString(read(`bot-bridge-${config.stage}-${part}.template.json`));
  return {
    templates: {
      data: template("data"),
      messaging: template("messaging"),
      api: template("api"),
      observability: template("observability"),
    },
    stacks: readStacks(folder).stacks,
    assembly: readAssembly(folder),
    environments: [
      ...new Set(
        Object.values(artifacts).flatMap(({ type, environment }) =>
          type === "aws:cloudformation:stack" && environment !== undefined ? [environment] : [],
        ),
      ),
    ],
    protectedStacks: Object.keys(artifacts).filter((id) => artifacts[id]?.properties?.terminationProtection),
  };
};
