import { makeApp } from "../lib/app.ts";
import { readCdkContext } from "../lib/cdk-context.ts";
import { makeConfig } from "../lib/config.ts";

makeApp(makeConfig(readCdkContext().config)).synth();
