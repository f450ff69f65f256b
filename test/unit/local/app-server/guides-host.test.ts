import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { beforeEach, describe, expect, test } from "@jest/globals";
import { type AppServerSimulator, startAppServerSimulator } from "../../../../local/app-server/server.ts";
import { closeAfterEach } from "../../../support/close-after.ts";
import { app, signed } from "./send-webhook.ts";

let server: AppServerSimulator;
beforeEach(async () => {
  server = closeAfterEach(await startAppServerSimulator({ appKey: app.appKey, appSecret: app.secret }));
});

const moduleUrl = (path: string): URL => new URL(`../../../../${path}`, import.meta.url);

/** Calls as a function's thread does: the hosts are routed before anything is called. */
const call = async (): Promise<unknown> => {
  const aliases = { "api.dify.ai": "http://127.0.0.1:9", "yourserver.com": server.url };
  const request = {
    method: "POST",
    ...signed("https://yourserver.com/callback", Date.now()),
    connectMs: 1_000,
    headMs: 10_000,
  };
  const script = `
    import { routeHosts } from "${moduleUrl("local/aws/lambda/host-aliases.ts")}";
    import { makeHttpClient } from "${moduleUrl("functions/adapters/http/http-client.ts")}";
    import { systemClock } from "${moduleUrl("functions/adapters/node/system-clock.ts")}";
    routeHosts(${JSON.stringify(aliases)});
    const { url, ...request } = ${JSON.stringify(request)};
    const signal = AbortSignal.timeout(20_000);
    const outcome = await makeHttpClient({ publicOnly: true, clock: systemClock })({ ...request, url: new URL(url), signal }).then(
      ({ status }) => ({ status }),
      ({ kind, connected }) => ({ kind, connected }),
    );
    console.log(JSON.stringify(outcome));
    process.exit();
  `;
  const flags = ["--input-type=module", "--eval", script];
  const { stdout } = await promisify(execFile)(process.execPath, flags);
  return JSON.parse(stdout);
};

describe("the app server that the guide names", () => {
  test("is the simulator, which sees the name that was called", async () => {
    expect(await call()).toEqual({ status: 200 });
    expect(server.received()).toMatchObject([{ host: "yourserver.com", path: "/callback" }]);
  });

  test("is connected to in the usual way", async () => {
    server.behave({ delayMs: 1_500 });
    expect(await call()).toEqual({ status: 200 });
  });

  test("has received the request when it breaks the connection", async () => {
    server.behave({ reset: true });
    expect(await call()).toEqual({ kind: "unreachable", connected: true });
  });
});
