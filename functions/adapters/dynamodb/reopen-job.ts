import { DeleteCommand, GetCommand } from "@aws-sdk/lib-dynamodb";
import * as v from "valibot";
import { jobKeyOf } from "#core/jobs/job.ts";
import type { ReopenJob } from "#core/jobs/redrive-jobs.ts";
import { conditionMet } from "./conditional-write.ts";
import type { TablePorts } from "./table-ports.ts";

const doneRecord = v.object({ state: v.literal("done"), outcome: v.string() });

/**
 * Reopens a job by deleting its record, including its tries. Only for a job that was given up, or whose lease has expired
 * because its workers crashed and SQS moved it to the dead letters. A worker that is still running finds its token gone, as if
 * another worker had claimed the job.
 */
export const makeReopenJob =
  ({ client, tableName, clock }: TablePorts): ReopenJob =>
  async (id) => {
    const record = { TableName: tableName, Key: { turn: jobKeyOf(id) } };
    const isOpen = await conditionMet(
      client.send(
        new DeleteCommand({
          ...record,
          ConditionExpression:
            "attribute_not_exists(turn) OR outcome = :givenUp OR (#state = :running AND expiresAt <= :now)",
          ExpressionAttributeNames: { "#state": "state" },
          ExpressionAttributeValues: { ":givenUp": "given_up", ":running": "running", ":now": clock.now() },
        }),
      ),
    );
    if (isOpen) return { status: "open" };
    const { Item } = await client.send(new GetCommand({ ...record, ConsistentRead: true }));
    const done = v.safeParse(doneRecord, Item);
    return done.success ? { status: "settled", outcome: done.output.outcome } : { status: "running" };
  };
