import { App, type AppProps, type Environment } from "aws-cdk-lib";
import { ApiStack } from "./api-stack.ts";
import { readCdkContext } from "./cdk-context.ts";
import type { Config } from "./config.ts";
import { DataStack } from "./data-stack.ts";
import { MessagingStack } from "./messaging-stack.ts";
import { ObservabilityStack } from "./observability-stack.ts";

/** A CDK app with the context of cdk.json and no stacks. */
export const openApp = (props: AppProps = {}): App => new App({ context: readCdkContext(), ...props });

export const addStacks = (app: App, config: Config): void => {
  const named = (part: string): string => `bot-bridge-${config.stage}-${part}`;
  // Without them, a stage is deployed to the account and region of the caller's credentials.
  const env: Environment = {
    ...(config.account !== undefined && { account: config.account }),
    ...(config.region !== undefined && { region: config.region }),
  };
  const kept = { env, config, terminationProtection: config.production };
  const data = new DataStack(app, named("data"), {
    ...kept,
    description: "Bot Bridge: tables and secret",
  });
  const messaging = new MessagingStack(app, named("messaging"), {
    ...kept,
    description: "Bot Bridge: queues and workers",
    data,
  });
  const api = new ApiStack(app, named("api"), {
    ...kept,
    description: "Bot Bridge: API and its functions",
    data,
    messaging,
  });
  new ObservabilityStack(app, named("observability"), {
    description: "Bot Bridge: alarms, dashboard and saved log queries",
    env,
    config,
    watched: { data, messaging, api },
  });
};

/** All stacks of a stage: the same for `cdk deploy`, `npm start` and the tests. */
export const makeApp = (config: Config, props: AppProps = {}): App => {
  const app = openApp(props);
  addStacks(app, config);
  return app;
};
