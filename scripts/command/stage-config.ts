import { readCdkContext } from "../../lib/cdk-context.ts";
import { type Config, makeConfig } from "../../lib/config.ts";
import { stageSettings } from "../../lib/stage-settings.ts";
import type { ClientConfig } from "./bridge.ts";

export interface StageConfig {
  readonly config: Config;
  /** For clients of AWS: in the region of the stage. */
  readonly aws: ClientConfig;
}

/** Reads the settings of a stage from cdk.json. @throws Error with the fields that are wrong. */
export const readStageConfig = (stage: string): StageConfig => {
  const context: Readonly<Record<string, unknown>> = { ...readCdkContext(), stage };
  const config = makeConfig(stageSettings((key) => context[key]));
  return { config, aws: config.region === undefined ? {} : { region: config.region } };
};
