import { join } from "node:path";
import type { App } from "aws-cdk-lib";
import { CfnPolicy } from "aws-cdk-lib/aws-iam";
import { makeApp } from "../../lib/app.ts";
import { type GivenSettings, makeConfig } from "../../lib/config.ts";
import { adaptTemplate } from "./emulated-template.ts";

/** Takes from the bots' function all that its role allows, except to send traces. */
const narrowRole = (app: App): void => {
  for (const policy of app.node.findAll()) {
    if (!(policy instanceof CfnPolicy) || !policy.node.path.includes("/BotRegistry/")) continue;
    policy.addPropertyOverride("PolicyDocument.Statement", [
      { Effect: "Allow", Action: "xray:PutTraceSegments", Resource: "*" },
    ]);
  }
};

export interface AssemblyOptions {
  readonly outdir: string;
  readonly settings: GivenSettings;
  readonly isRoleNarrow: boolean;
}

/** Synthesises the stacks to the folder, as `cdk deploy` does, without the rule checks. */
export const writeAssembly = ({ outdir, settings, isRoleNarrow }: AssemblyOptions): void => {
  const app = makeApp(makeConfig(settings), { outdir, builtinCloudFormationValidation: false });
  if (isRoleNarrow) narrowRole(app);
  for (const { templateFile } of app.synth().stacks) adaptTemplate(join(outdir, templateFile));
};
