import type { Writable } from "node:stream";
import { type ApiGatewayOptions, startApiGateway } from "./api-gateway/server.ts";
import { startDynamoDb } from "./dynamodb.ts";
import { makeDenies } from "./iam/access.ts";
import type { Endpoints } from "./lambda/environment.ts";
import type { HostAliases } from "./lambda/host-aliases.ts";
import { startPools } from "./lambda/pools.ts";
import { startMappings } from "./mappings.ts";
import { startSecrets } from "./secrets.ts";
import { makeShutdown } from "./shutdown.ts";
import { startSqs } from "./sqs.ts";
import { readAssembly } from "./template/read-assembly.ts";

export interface LocalAwsOptions {
  /** A synthesised cloud assembly (cdk.out). */
  readonly assemblyDir: string;
  readonly port: number;
  /** Folder for tables and queues; undefined: in memory. */
  readonly dataDir?: string | undefined;
  readonly dynamodbEndpoint?: string | undefined;
  readonly sqsEndpoint?: string | undefined;
  /** By secret name. */
  readonly secretValues: Readonly<Record<string, string>>;
  /** Overrides variables in functions that declare them; AWS_* variables are set in all functions. */
  readonly environment?: Readonly<Record<string, string>> | undefined;
  /** Hosts whose https requests functions send elsewhere. */
  readonly hostAliases?: HostAliases;
  /** How many invocations a thread of a function runs at the same time; 1: one at a time, as Lambda does. */
  readonly invocationsPerThread?: number;
  /** Receives log lines of functions and errors of event source mappings; default: stderr. */
  readonly log?: Writable | undefined;
  readonly onExchange?: ApiGatewayOptions["onExchange"];
  readonly refuse?: ApiGatewayOptions["refuse"];
}

export interface LocalAws {
  readonly url: string;
  readonly endpoints: Endpoints;
  /** By queue name. */
  readonly queueUrls: ReadonlyMap<string, string>;
  /** For tests: terminates all busy threads, as a crash of the function does. Returns their number. */
  crash(): number;
  close(): Promise<void>;
}

const defaultInvocationsPerThread = 256;

/** Runs the deployment of a CDK app on this machine. If one part fails to start, the others are stopped. */
export const startLocalAws = async (options: LocalAwsOptions): Promise<LocalAws> => {
  const { dataDir, environment = {}, log = process.stderr } = options;
  const assembly = readAssembly(options.assemblyDir);
  const [api, ...others] = assembly.restApis;
  if (!api || others.length > 0) throw new Error("the assembly must have exactly one REST API");

  const denies = makeDenies(assembly.permissions);
  const shutdown = makeShutdown();
  const { track } = shutdown;
  try {
    const [dynamodb, sqs, secrets] = await Promise.all([
      track(startDynamoDb({ tables: assembly.tables, endpoint: options.dynamodbEndpoint, dataDir, denies })),
      track(startSqs({ queues: assembly.queues, endpoint: options.sqsEndpoint, dataDir, denies })),
      track(startSecrets({ secrets: assembly.secrets, values: options.secretValues, denies })),
    ]);
    const endpoints = { dynamodb: dynamodb.endpoint, sqs: sqs.endpoint, secrets: secrets.url };
    const { queueUrls } = sqs;
    const { hostAliases = {}, invocationsPerThread = defaultInvocationsPerThread } = options;
    const pools = await track(
      startPools({ assembly, endpoints, queueUrls, environment, hostAliases, invocationsPerThread, log }),
    );
    await track(startMappings({ assembly, endpoint: sqs.endpoint, queueUrls, invoke: pools.invoke, log }));
    const { invoke, crash } = pools;
    const { port, onExchange, refuse } = options;
    const server = await track(startApiGateway({ api, port, invoke, onExchange, refuse }));
    return { url: server.url, endpoints, queueUrls, crash, close: shutdown.close };
  } catch (error) {
    await shutdown.close();
    throw error;
  }
};
