import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream";
import { createServer } from "node:tls";
import { fileURLToPath } from "node:url";
import { makeApp } from "../../lib/app.ts";
import { makeConfig } from "../../lib/config.ts";
import { startSecrets } from "../../local/aws/secrets.ts";
import type { LambdaFunction } from "../../local/aws/template/functions.ts";
import { readAssembly } from "../../local/aws/template/read-assembly.ts";
import { listenOnPort, loopback } from "../../local/http-server.ts";
import { localSecretValue } from "../../local/secret-value.ts";
import { readSettings } from "../../local/settings.ts";
import { installRuntimeClient } from "../../scripts/runtime-client/install.ts";
import { type Certificate, makeCertificate } from "../../test/support/certificate.ts";
import { startFunction } from "../../test/support/lambda-runtime/running-function.ts";
import type { Effort, Measurement } from "../suite/measurement.ts";
import { median } from "../suite/statistics.ts";

/** How long a new process of each deployed function takes until it asks for its first event, beside an empty function. */
const maxMs = 120;

/** Lambda's own client takes minutes to compile, and tools that not every machine has. */
const clientFor = (effort: Effort): string => {
  const minimal = fileURLToPath(new URL("../runtime-client.mjs", import.meta.url));
  if (effort === "quick") return minimal;
  try {
    return installRuntimeClient();
  } catch (error) {
    console.error(`cold-start uses a minimal runtime client: ${String(error)}`);
    return minimal;
  }
};

/** Functions read their secret by TLS, as on AWS: by HTTP the SDK would load modules that it does not use there. */
const startTlsProxy = async (target: string, certificate: Certificate) => {
  const { hostname: host, port } = new URL(target);
  const proxy = createServer({ ...certificate, noDelay: true }, (socket) => {
    pipeline(socket, connect({ host, port: Number(port), noDelay: true }), socket, () => {});
  });
  return { url: `https://${loopback}:${await listenOnPort(proxy, 0)}`, close: () => proxy.close() };
};

/** Without the word and the hash that CDK adds. */
const functionName = (logicalId: string): string => logicalId.replace(/Function[0-9A-F]{8}$/, "");

export const measure = async (effort: Effort): Promise<readonly Measurement[]> => {
  const folder = mkdtempSync(join(tmpdir(), "bench-cold-start-"));
  const client = clientFor(effort);
  const config = makeConfig({ stage: "bench", allowPrivateCallbacks: true });
  makeApp(config, { outdir: folder, builtinCloudFormationValidation: false }).synth();
  const assembly = readAssembly(folder);
  const functions = assembly.functions.filter(({ codeFolder }) => codeFolder !== undefined);
  const { secrets } = assembly;
  const { appKey, appSecret } = readSettings({});
  const values = Object.fromEntries(
    secrets.map(({ name }) => [name, localSecretValue(appKey, appSecret, "once")]),
  );
  const secretsServer = await startSecrets({ secrets, values });
  const certificate = makeCertificate();
  const certificateFile = join(folder, "certificate.pem");
  writeFileSync(certificateFile, certificate.cert);
  const proxy = await startTlsProxy(secretsServer.url, certificate);
  const unused = `https://${loopback}:9`;
  const endpoints = { dynamodb: unused, secrets: proxy.url, sqs: unused };

  const startMs = async (lambda: LambdaFunction): Promise<number> => {
    const startedAt = performance.now();
    const environment = { ...lambda.environment, NODE_EXTRA_CA_CERTS: certificateFile };
    const running = await startFunction(client, { ...lambda, environment }, endpoints);
    const readyAt = await running.ready;
    await running.close();
    return readyAt - startedAt;
  };

  const [first] = functions;
  if (!first) throw new Error("the templates have no function");
  writeFileSync(join(folder, "index.mjs"), "export const handler = async () => {};\n");
  const empty = { ...first, codeFolder: folder, handler: "index.handler", environment: {} };
  const added = new Map(functions.map(({ logicalId }) => [logicalId, [] as number[]]));
  // The first round warms up the cache of files.
  for (let round = 0; round <= (effort === "quick" ? 1 : 10); round += 1) {
    for (const lambda of functions) {
      const floor = await startMs(empty);
      const ms = await startMs(lambda);
      if (round > 0) added.get(lambda.logicalId)?.push(ms - floor);
    }
  }
  proxy.close();
  await secretsServer.close();
  rmSync(folder, { recursive: true });
  return [...added].map(([logicalId, ms]) => ({
    name: functionName(logicalId),
    value: median(ms),
    unit: "ms",
    max: maxMs,
  }));
};
