import { App } from "aws-cdk-lib";
import { makeApp } from "../lib/app.ts";
import { makeConfig } from "../lib/config.ts";

const given = new App().node.tryGetContext("config") ?? {};
makeApp(makeConfig(given)).synth();
