import { makeUpstream } from "../../bench/calls/upstream.ts";
import { startDynamoDb } from "../../local/aws/dynamodb.ts";
import { permissionsForDynamoDb } from "../../local/aws/iam/dynamodb-permissions.ts";
import { permissionsForSqs } from "../../local/aws/iam/sqs-permissions.ts";
import { startSqs } from "../../local/aws/sqs.ts";
import type { Permission } from "../../local/aws/template/permissions.ts";
import { readBody, startHttpServer } from "../../local/http-server.ts";

/** A permission that a function has used; the function by its name. */
export interface UsedPermission extends Permission {
  readonly caller: string;
}

export interface RecordedAws {
  readonly dynamodbEndpoint: string;
  readonly sqsEndpoint: string;
  readonly used: () => readonly UsedPermission[];
  readonly close: () => Promise<void>;
}

/** DynamoDB and SQS, without tables and queues, each behind a proxy that records what functions call. */
export const startRecordedAws = async (): Promise<RecordedAws> => {
  const used: UsedPermission[] = [];
  const started: { close(): unknown }[] = [];
  const track = <T extends { close(): unknown }>(each: T): T => {
    started.push(each);
    return each;
  };
  const recordedProxy = async (
    endpoint: string,
    permissionsFor: (target: unknown, body: string) => readonly Permission[],
  ): Promise<string> => {
    const upstream = track(makeUpstream(endpoint));
    const { url } = track(
      await startHttpServer(0, async (request, response) => {
        const { "x-amz-security-token": caller, "x-amz-target": target } = request.headers;
        const body = await readBody(request);
        // Lambda's pollers and what creates the tables have no token.
        if (typeof caller === "string")
          used.push(...permissionsFor(target, body.toString()).map((each) => ({ ...each, caller })));
        const { statusCode, headers, body: reply } = await upstream.post(request.headers, body);
        response.writeHead(statusCode, headers).end(reply);
      }),
    );
    return url;
  };
  const dynamodb = track(await startDynamoDb({ tables: [], endpoint: undefined, dataDir: undefined }));
  const sqs = track(await startSqs({ queues: [], endpoint: undefined, dataDir: undefined }));
  return {
    dynamodbEndpoint: await recordedProxy(dynamodb.endpoint, permissionsForDynamoDb),
    sqsEndpoint: await recordedProxy(sqs.endpoint, (target, body) =>
      permissionsForSqs(target, JSON.parse(body)),
    ),
    used: () => used,
    close: async () => {
      for (const each of started.toReversed()) await each.close();
    },
  };
};
