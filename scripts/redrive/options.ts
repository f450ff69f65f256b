import { type IntegrationType, integrationTypes } from "#core/bot/integration-types.ts";
import type { Job } from "#core/jobs/job.ts";
import { makeCommandLine, type Target } from "../command/target.ts";

export interface RedriveOptions extends Target {
  /** Selects dead letters to redrive; gets undefined for an unreadable message. Undefined: only list them. */
  readonly isWanted: ((job: Job | undefined) => boolean) | undefined;
}

const { usageError, parse, targetOf } = makeCommandLine(
  "npm run redrive -- [--stage <stage> | --url <url>] [--all | --bot <id> --integration <type> --message <msgUID>]",
);

const text = { type: "string" } as const;
const flag = { type: "boolean" } as const;

const isIntegrationType = (type: string): type is IntegrationType =>
  integrationTypes.some((each) => each === type);

/**
 * Parses the command line.
 * @throws Error with a one-line message for the terminal.
 */
export const readOptions = (args: readonly string[]): RedriveOptions => {
  const given = parse(args, { all: flag, bot: text, integration: text, message: text });
  const { all = false, bot, integration, message } = given;
  const target = targetOf(given);
  if (integration !== undefined && !isIntegrationType(integration))
    throw usageError(`--integration must be one of ${integrationTypes.join(", ")}`);
  const hasFilter = bot !== undefined || integration !== undefined || message !== undefined;
  if (all && hasFilter) throw usageError("--all cannot be combined with --bot, --integration or --message");

  const matches = (job: Job | undefined): boolean =>
    job !== undefined &&
    (bot === undefined || job.botUserId === bot) &&
    (integration === undefined || job.integrationType === integration) &&
    (message === undefined || job.event.data.msgUID === message);
  return { ...target, isWanted: all ? () => true : hasFilter ? matches : undefined };
};
