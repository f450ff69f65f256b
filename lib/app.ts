import { App, type AppProps } from "aws-cdk-lib";
import { ApiStack } from "./api-stack.ts";
import { readCdkContext } from "./cdk-context.ts";
import type { Config } from "./config.ts";
import { DataStack } from "./data-stack.ts";
import { MessagingStack } from "./messaging-stack.ts";
import { ObservabilityStack } from "./observability-stack.ts";

/** The whole deployment: the same for `cdk deploy`, `npm start` and the tests. */
export const makeApp = (config: Config, props: AppProps = {}): App => {
  const app = new App({ context: readCdkContext(), ...props });
  const named = (part: string): string => `bot-bridge-${config.stage}-${part}`;
  const data = new DataStack(app, named("data"), { description: "Bot Bridge: tables and secrets", config });
  const messaging = new MessagingStack(app, named("messaging"), {
    description: "Bot Bridge: queues and workers",
    config,
    data,
  });
  const api = new ApiStack(app, named("api"), {
    description: "Bot Bridge: routes and functions",
    config,
    data,
    messaging,
  });
  new ObservabilityStack(app, named("observability"), {
    description: "Bot Bridge: alarms, a dashboard and log queries",
    config,
    watched: { data, messaging, api },
  });
  return app;
};
