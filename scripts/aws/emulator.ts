import { spawn } from "node:child_process";
import { openSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { delimiter, dirname, join } from "node:path";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { closeServer, listen, loopback } from "../../local/http-server.ts";
import { eventually } from "../../test/support/eventually.ts";
import type { ClientConfig } from "../command/bridge.ts";
import { installPythonProgram } from "../command/python-program.ts";
import { succeeds } from "../command/succeeds.ts";
import { programEnvironment } from "../test/environment.ts";

const version = "1.5.33";

export const emulatorName = `MiniStack ${version}`;

export interface Emulator {
  readonly aws: Required<ClientConfig>;
  /** For programs that call it. */
  readonly environment: NodeJS.ProcessEnv;
  /** Its own, and, once it has ended, those of the functions. */
  readonly logFiles: readonly string[];
  /** Where it serves an address of API Gateway. */
  readonly addressOf: (url: string) => string;
  readonly close: () => Promise<void>;
}

const startMs = 30_000;
/** The key of the account's root user, whom IAM refuses nothing. */
const root = { accessKeyId: "test", secretAccessKey: "test" };

const freePort = async (): Promise<string> => {
  const server = createServer();
  const { port } = new URL(await listen(server, 0));
  await closeServer(server);
  return port;
};

/**
 * Installs the emulator, and resolves to the path of its program. Undefined if this machine has no Python, or no openssl, with
 * which the emulator makes its certificate, or cannot reach PyPI.
 */
export const installEmulator = async (): Promise<string | undefined> =>
  (await succeeds("openssl", ["version"], { stdio: "ignore" }))
    ? installPythonProgram("ministack", version)
    : undefined;

/** Starts an empty account of AWS, in which IAM is enforced. It keeps its files in the folder. */
export const startEmulator = async (program: string, folder: string): Promise<Emulator> => {
  const port = await freePort();
  const endpoint = `https://${loopback}:${port}`;
  const logFile = join(folder, "emulator.log");
  const log = openSync(logFile, "w");
  const state = join(folder, "state");
  const { PATH = "", ...machine } = programEnvironment(process.env);
  // Without the profiles of this machine's user. Functions run with the first Node of the PATH.
  const own = { ...machine, HOME: folder, PATH: `${dirname(process.execPath)}${delimiter}${PATH}` };
  const child = spawn(program, [], {
    cwd: folder,
    env: {
      ...own,
      TMPDIR: folder,
      AUTH: "true",
      USE_SSL: "1",
      BIND_HOST: loopback,
      GATEWAY_PORT: port,
      PERSIST_STATE: "1",
      STATE_DIR: state,
    },
    stdio: ["ignore", log, log],
  });
  const ended = new Promise<void>((resolve) =>
    child.once("error", () => resolve()).once("exit", () => resolve()),
  );
  const close = async (): Promise<void> => {
    if (child.exitCode === null) child.kill();
    await ended;
  };
  // The emulator makes it. Queues and CDK's bucket refuse calls without TLS.
  const certificate = join(folder, "ministack-tls", "server.crt");
  const authorities = getCACertificates("default");
  const healthy = eventually(async () => {
    setDefaultCACertificates([...authorities, readFileSync(certificate, "utf8")]);
    const { ok } = await fetch(`${endpoint}/_ministack/health`);
    if (!ok) throw new Error("it is not ready");
  }, startMs);
  try {
    await Promise.race([
      healthy,
      ended.then(() => Promise.reject(new Error(`it ended at once: see ${logFile}`))),
    ]);
  } catch (error) {
    await close();
    throw error;
  }
  const region = "us-east-1";
  return {
    aws: { endpoint, region, credentials: root },
    environment: {
      ...own,
      NODE_EXTRA_CA_CERTS: certificate,
      AWS_ENDPOINT_URL: endpoint,
      AWS_REGION: region,
      AWS_ACCESS_KEY_ID: root.accessKeyId,
      AWS_SECRET_ACCESS_KEY: root.secretAccessKey,
    },
    logFiles: [logFile, join(state, "cloudwatch_logs.json")],
    addressOf: (url) => {
      const { hostname, pathname } = new URL(url);
      const [api = ""] = hostname.split(".");
      const [, stage = "", ...path] = pathname.split("/");
      return [endpoint, "restapis", api, stage, "_user_request_", ...path].join("/");
    },
    close,
  };
};
