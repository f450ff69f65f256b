import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import { makeConfig } from "../../lib/config.ts";
import { copyAssembly } from "../../local/assembly.ts";
import { startLocalAws } from "../../local/aws/start.ts";
import { closeServer, listen } from "../../local/http-server.ts";
import { localSecretValue } from "../../local/secret-value.ts";
import { closeAfterAll } from "./close-after.ts";
import { type SimulatedProvider, startOidcProvider } from "./oidc-provider.ts";
import { localApp } from "./signed-call.ts";

export const oidcClient = { id: "console-client", secret: "client-secret" };
export const sessionKey = { id: "s1", key: Buffer.alloc(32, 5) };
/** The claims of somebody who may sign in. */
export const operator = { email: "Operator@example.com", email_verified: true, name: "Olivia" };

export interface DeployedConsole {
  readonly provider: SimulatedProvider;
  /** The console is below it, at `/console/`. */
  readonly apiUrl: string;
  /** The functions' log so far. */
  readonly log: () => string;
  readonly clearLog: () => void;
}

const freePort = async (): Promise<number> => {
  const probe = createServer();
  const url = await listen(probe, 0);
  await closeServer(probe);
  return Number(new URL(url).port);
};

const secretValue = (): string => {
  const { apps } = JSON.parse(localSecretValue(localApp.appKey, localApp.secret, "once"));
  const key = sessionKey.key.toString("base64");
  return JSON.stringify({
    apps,
    console: { sessionKeys: [{ id: sessionKey.id, key }], clientSecret: oidcClient.secret },
  });
};

/**
 * The stacks with the setting `console` on a local AWS, and a sign-in provider over HTTP, until the end of the file's tests. `host`:
 * a name of this machine; browsers keep secure cookies without TLS for `localhost` only.
 */
export const startDeployedConsole = async (host = "127.0.0.1"): Promise<DeployedConsole> => {
  const provider = closeAfterAll(await startOidcProvider(oidcClient));
  provider.behaviour.claims = operator;
  const port = await freePort();
  const apiUrl = `http://${host}:${port}`;
  const assemblyDir = await mkdtemp(join(tmpdir(), "bot-bridge-console-"));
  closeAfterAll({ close: () => rm(assemblyDir, { recursive: true }) });
  const config = makeConfig({
    stage: "local",
    allowPrivateCallbacks: true,
    passThrough: false,
    console: {
      issuer: "http://replaced.example.com",
      clientId: oidcClient.id,
      allowedEmails: ["operator@Example.com"],
      allowedGroups: ["bot-operators"],
    },
  });
  await copyAssembly(config, assemblyDir);
  let logged = "";
  const log = new Writable({
    write: (line, _encoding, done) => {
      logged += line;
      done();
    },
  });
  closeAfterAll(
    await startLocalAws({
      assemblyDir,
      port,
      secretValues: { "bot-bridge-local-apps": secretValue() },
      environment: { API_URLS: apiUrl, OIDC_ISSUER: provider.url },
      log,
    }),
  );
  return {
    provider,
    apiUrl,
    log: () => logged,
    clearLog: () => {
      logged = "";
    },
  };
};
