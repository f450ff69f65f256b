import { setTimeout as delay } from "node:timers/promises";
import {
  CloudWatchLogsClient,
  GetQueryResultsCommand,
  StartQueryCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import type { ClientConfig } from "../command/bridge.ts";
import { explainAwsError } from "../command/explain-aws-error.ts";
import { stackNameOf } from "../command/find-stack.ts";
import { listResources } from "../command/stack-resources.ts";
import type { StoryFilter } from "./find-stories.ts";
import { type LogLine, parseLogLine } from "./log-line.ts";

/** CloudWatch returns at most this many lines of a query. */
const maxLines = 10_000;
const pollMs = 1_000;

/** The log groups of a stage's functions. */
const logGroupsOf = async (stage: string, aws: ClientConfig): Promise<string[]> => {
  const groups: string[] = [];
  for (const stack of ["messaging", "api"]) {
    for (const { ResourceType, PhysicalResourceId } of await listResources(stackNameOf(stage, stack), aws)) {
      if (ResourceType === "AWS::Logs::LogGroup" && PhysicalResourceId !== undefined)
        groups.push(PhysicalResourceId);
    }
  }
  return groups;
};

const quoted = (value: string): string => JSON.stringify(value);

/** Of wanted lines only: their requests' other lines are found by a second query. */
const conditionOf = ({ users, id }: Pick<StoryFilter, "users" | "id">): string => {
  const conditions = [
    ...(users ? [`user in [${[...users].map(quoted).join(", ")}]`] : []),
    ...(id === undefined
      ? []
      : [`(msgUID = ${quoted(id)} or turn = ${quoted(id)} or requestId = ${quoted(id)})`]),
  ];
  return ["ispresent(requestId)", ...conditions].join(" and ");
};

/**
 * Reads the lines of a deployed stage that a story needs.
 * @throws Error with a one-line message for the terminal.
 */
export const readStageLog = async (
  stage: string,
  filter: StoryFilter,
  aws: ClientConfig = {},
): Promise<LogLine[]> => {
  const client = new CloudWatchLogsClient(aws);
  try {
    const logGroupNames = await logGroupsOf(stage, aws);
    const query = async (condition: string, until: number): Promise<LogLine[]> => {
      const { queryId } = await client.send(
        new StartQueryCommand({
          logGroupNames,
          startTime: Math.floor(filter.since / 1000),
          endTime: Math.ceil(until / 1000),
          queryString: `fields @message | filter ${condition} | sort @timestamp asc`,
          limit: maxLines,
        }),
      );
      for (;;) {
        const { status, results = [] } = await client.send(new GetQueryResultsCommand({ queryId }));
        if (status === "Complete") {
          return results.flatMap((fields) => {
            const message = fields.find(({ field }) => field === "@message")?.value;
            return parseLogLine(message ?? "") ?? [];
          });
        }
        if (status !== "Running" && status !== "Scheduled")
          throw new Error(`CloudWatch's query is ${status}`);
        await delay(pollMs);
      }
    };
    const wanted = await query(conditionOf(filter), filter.until);
    const requestIds = [...new Set(wanted.map(({ requestId }) => requestId))];
    if (requestIds.length === 0) return [];
    // An answer may take a quarter of an hour.
    return await query(`requestId in [${requestIds.map(quoted).join(", ")}]`, filter.until + 15 * 60_000);
  } catch (error) {
    throw new Error(`the log of stage ${stage}: ${explainAwsError(error)}`, { cause: error });
  } finally {
    client.destroy();
  }
};
