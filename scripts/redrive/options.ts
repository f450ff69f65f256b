import { parseArgs } from "node:util";
import { type IntegrationType, integrationTypes } from "#core/bot/integration-types.ts";
import type { Job } from "#core/jobs/job.ts";

export interface RedriveOptions {
  /** Deployed stage; undefined: the local run at `port`. */
  readonly stage: string | undefined;
  readonly port: string;
  /** Selects dead letters to redrive; gets undefined for an unreadable message. Undefined: only list them. */
  readonly isWanted: ((job: Job | undefined) => boolean) | undefined;
}

const usage =
  "npm run redrive -- [--stage <stage> | --url <url>] [--all | --bot <id> --integration <type> --message <msgUID>]";

const localHosts = new Set(["127.0.0.1", "localhost", "[::1]"]);

const usageError = (problem: string): Error => new Error(`${problem}. Usage: ${usage}`);

const text = { type: "string" } as const;
const flag = { type: "boolean" } as const;

const parse = (args: readonly string[]) => {
  try {
    const options = { stage: text, url: text, all: flag, bot: text, integration: text, message: text };
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    // Node adds sentences on values that start with a dash.
    const [problem = ""] = String(error instanceof Error ? error.message : error).split(/\.\s/);
    throw usageError(problem);
  }
};

const portOf = (url: string): string => {
  const { protocol, hostname, port } = URL.parse(url) ?? {};
  if (protocol !== "http:" || hostname === undefined || !localHosts.has(hostname))
    throw usageError("--url must be the URL of a local run on this machine, such as http://127.0.0.1:3001");
  return port || "80";
};

const isIntegrationType = (type: string): type is IntegrationType =>
  integrationTypes.some((each) => each === type);

/**
 * Parses the command line.
 * @throws Error with a one-line message for the terminal.
 */
export const readOptions = (args: readonly string[]): RedriveOptions => {
  const { stage, url, all = false, bot, integration, message } = parse(args);
  const given = { stage, url, bot, integration, message };
  for (const [name, value] of Object.entries(given)) {
    if (value === "") throw usageError(`--${name} must not be empty`);
  }
  if (stage !== undefined && url !== undefined) throw usageError("--stage and --url are mutually exclusive");
  if (integration !== undefined && !isIntegrationType(integration))
    throw usageError(`--integration must be one of ${integrationTypes.join(", ")}`);
  const hasFilter = bot !== undefined || integration !== undefined || message !== undefined;
  if (all && hasFilter) throw usageError("--all cannot be combined with --bot, --integration or --message");

  const matches = (job: Job | undefined): boolean =>
    job !== undefined &&
    (bot === undefined || job.botUserId === bot) &&
    (integration === undefined || job.integrationType === integration) &&
    (message === undefined || job.event.data.msgUID === message);
  return {
    stage,
    port: portOf(url ?? "http://127.0.0.1:3000"),
    isWanted: all ? () => true : hasFilter ? matches : undefined,
  };
};
