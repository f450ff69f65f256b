import type { IncomingHttpHeaders } from "node:http";
import * as v from "valibot";
import { type HttpServer, readBody, startHttpServer } from "../http-server.ts";
import type { Denies } from "./iam/access.ts";
import { permissionsForSqs } from "./iam/sqs-permissions.ts";
import { longPoll } from "./long-poll.ts";
import { makeQueueActivity } from "./queue-activity.ts";
import { badIdentifierOf, badIdentifiersByEntry } from "./sqs-identifiers.ts";
import { type Answer, makeUpstream } from "./upstream.ts";

const batchSchema = v.looseObject({ Entries: v.array(v.looseObject({ Id: v.string() })) });
const batchAnswerSchema = v.looseObject({ Failed: v.optional(v.array(v.unknown()), []) });

export interface StrictSqsOptions {
  readonly endpoint: string;
  /** Whether fauxqs stores messages on disk. */
  readonly persistent: boolean;
  readonly denies: Denies;
}

/**
 * A proxy in front of fauxqs that is as strict as SQS. fauxqs knows no roles, accepts any message group and
 * deduplication id, and delivers messages to long polls of disconnected clients, so that they stay hidden until their
 * visibility timeout ends. With data on disk, fauxqs 2.4.1 loses a message whose visibility timeout is set to 0 until it
 * is restarted, so the proxy sets it to 1 s.
 */
export const startStrictSqs = async ({
  endpoint,
  persistent,
  denies,
}: StrictSqsOptions): Promise<HttpServer> => {
  const upstream = makeUpstream(endpoint);
  const activity = makeQueueActivity();

  const answerTo = async (
    headers: IncomingHttpHeaders,
    body: Buffer,
    disconnected: AbortSignal,
  ): Promise<Answer> => {
    const target = headers["x-amz-target"];
    const denial = denies(headers, permissionsForSqs(target, body.toString()));
    if (denial !== undefined) return errorAnswer({ code: "AccessDenied", message: denial });
    switch (target) {
      case "AmazonSQS.ReceiveMessage":
        return longPoll((request) => upstream.post(headers, request), body, activity, disconnected);
      case "AmazonSQS.SendMessage": {
        const bad = badIdentifierOf(parseJson(body));
        return bad ? errorAnswer(bad) : upstream.post(headers, body);
      }
      case "AmazonSQS.SendMessageBatch":
        return answerToBatch((request) => upstream.post(headers, request), body);
      case "AmazonSQS.ChangeMessageVisibility":
      case "AmazonSQS.ChangeMessageVisibilityBatch":
        return upstream.post(headers, persistent ? delayRelease(body) : body);
      default:
        return upstream.post(headers, body);
    }
  };

  const server = await startHttpServer(0, async (request, response) => {
    const disconnected = new AbortController();
    response.once("close", () => disconnected.abort());
    const body = await readBody(request);
    const answer = await answerTo(request.headers, body, disconnected.signal);
    if (request.headers["x-amz-target"] !== "AmazonSQS.ReceiveMessage") activity.notify();
    response.writeHead(answer.statusCode, answer.headers).end(answer.body);
  });
  return {
    url: server.url,
    close: async () => {
      await server.close();
      upstream.close();
    },
  };
};

/** Replaces a visibility timeout of 0 with 1 s, in a single request or in each entry of a batch. */
const delayRelease = (body: Buffer): string =>
  JSON.stringify(parseJson(body), (name, value: unknown) =>
    name === "VisibilityTimeout" && value === 0 ? 1 : value,
  );

/** Like SQS, rejects only the invalid entries. */
const answerToBatch = async (
  post: (body: Buffer | string) => Promise<Answer>,
  body: Buffer,
): Promise<Answer> => {
  const batch = v.safeParse(batchSchema, parseJson(body));
  const bad = badIdentifiersByEntry(parseJson(body));
  if (!batch.success || bad.size === 0) return post(body);
  const failed = [...bad].map(([Id, { code, message }]) => ({
    Id,
    SenderFault: true,
    Code: code,
    Message: message,
  }));
  const Entries = batch.output.Entries.filter(({ Id }) => !bad.has(Id));
  if (Entries.length === 0) return jsonAnswer(200, { Successful: [], Failed: failed });
  const answer = await post(JSON.stringify({ ...batch.output, Entries }));
  if (answer.statusCode !== 200) return answer;
  const rest = v.parse(batchAnswerSchema, JSON.parse(answer.body.toString()));
  return jsonAnswer(200, { ...rest, Failed: [...rest.Failed, ...failed] });
};

const errorAnswer = ({ code, message }: { readonly code: string; readonly message: string }): Answer => {
  const answer = jsonAnswer(400, { __type: `com.amazonaws.sqs#${code}`, message });
  return { ...answer, headers: { ...answer.headers, "x-amzn-query-error": `${code};Sender` } };
};

const jsonAnswer = (statusCode: number, body: unknown): Answer => ({
  statusCode,
  headers: { "content-type": "application/x-amz-json-1.0" },
  body: JSON.stringify(body),
});

const parseJson = (body: Buffer): unknown => {
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined;
  }
};
