import { addStacks, openApp } from "../lib/app.ts";
import { checkAtSynth } from "../lib/check-at-synth.ts";
import { type Config, makeConfig } from "../lib/config.ts";
import { stageSettings } from "../lib/stage-settings.ts";

const app = openApp();

/** Ends with the fields that are wrong, in one line, rather than with a stack trace. */
const readConfig = (): Config => {
  try {
    return makeConfig(stageSettings((key) => app.node.tryGetContext(key)));
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
    process.exit(1);
  }
};

addStacks(app, readConfig());
checkAtSynth(app);
app.synth();
