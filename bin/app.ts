import { addStacks, openApp } from "../lib/app.ts";
import { checkAtSynth } from "../lib/check-at-synth.ts";
import { type Config, makeConfig, makeConfigAt } from "../lib/config.ts";
import { stageSettings } from "../lib/stage-settings.ts";

const app = openApp();

/** Ends with the fields that are wrong, in one line, rather than with a stack trace. */
const readConfig = (): Config => {
  try {
    const settings = stageSettings((key) => app.node.tryGetContext(key));
    // The place of the credentials. CDK sets no account if there are none, and then only a default region.
    const { CDK_DEFAULT_ACCOUNT: account, CDK_DEFAULT_REGION: region } = process.env;
    return account && region ? makeConfigAt({ account, region }, settings) : makeConfig(settings);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
    process.exit(1);
  }
};

addStacks(app, readConfig());
checkAtSynth(app);
app.synth();
