import { makeApp } from "../../lib/app.ts";
import type { Config } from "../../lib/config.ts";

/** Synthesises the stacks and bundles the functions. */
export const build = ({ config, outdir }: { readonly config: Config; readonly outdir: string }): void => {
  makeApp(config, {
    outdir,
    // Validation takes two seconds; it runs in tests and deployments.
    builtinCloudFormationValidation: false,
    // Read by the CDK's own tools only.
    treeMetadata: false,
  }).synth();
};
