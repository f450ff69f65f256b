import { type App, Validations } from "aws-cdk-lib";
import { AwsSolutionsChecks, ServerlessChecks } from "cdk-nag";

/**
 * Has every synth look for what AWS advises against: what is found is mended, or acknowledged beside the construct it is
 * about, with the reason. CloudFormation's own rules are looked at besides, unless an app is opened without them.
 */
export const checkAtSynth = (app: App): void =>
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app));
