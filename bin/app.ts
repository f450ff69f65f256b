import { addStacks, openApp } from "../lib/app.ts";
import { checkAtSynth } from "../lib/check-at-synth.ts";
import { makeConfig } from "../lib/config.ts";
import { stageSettings } from "../lib/stage-settings.ts";

const app = openApp();
addStacks(app, makeConfig(stageSettings((key) => app.node.tryGetContext(key))));
checkAtSynth(app);
app.synth();
