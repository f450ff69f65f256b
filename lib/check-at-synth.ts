import { type App, Validations } from "aws-cdk-lib";
import { AwsSolutionsChecks, ServerlessChecks } from "cdk-nag";

/**
 * Runs cdk-nag's rules at every synth. Each finding is fixed, or acknowledged next to its construct with a reason.
 * CloudFormation's own validation also runs, unless the app is created without it.
 */
export const checkAtSynth = (app: App): void =>
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app));
