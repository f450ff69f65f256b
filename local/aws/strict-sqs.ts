import type { IncomingHttpHeaders } from "node:http";
import * as v from "valibot";
import { type HttpServer, readBody, startHttpServer } from "../http-server.ts";
import type { Answer, Fauxqs } from "./fauxqs.ts";
import type { Denies } from "./iam/access.ts";
import { permissionsForSqs } from "./iam/sqs-permissions.ts";
import { longPoll } from "./long-poll.ts";
import { makeQueueActivity } from "./queue-activity.ts";
import { badIdentifierOf, badIdentifiersByEntry } from "./sqs-identifiers.ts";

const queueSchema = v.looseObject({ QueueUrl: v.string() });
const batchSchema = v.looseObject({ Entries: v.array(v.looseObject({ Id: v.string() })) });
const batchAnswerSchema = v.looseObject({ Failed: v.optional(v.array(v.unknown()), []) });

export interface StrictSqsOptions {
  readonly fauxqs: Pick<Fauxqs, "post">;
  /** Whether fauxqs stores messages on disk. */
  readonly persistent: boolean;
  readonly denies: Denies;
}

/**
 * Serves fauxqs and is as strict as SQS. fauxqs knows no roles, accepts any message group and deduplication id, and
 * delivers messages to long polls of disconnected clients, so that they stay hidden until their visibility timeout ends.
 * With data on disk, fauxqs 2.4.1 loses a message whose visibility timeout is set to 0 until it is restarted, so this sets
 * it to 1 s.
 */
export const startStrictSqs = async ({
  fauxqs,
  persistent,
  denies,
}: StrictSqsOptions): Promise<HttpServer> => {
  const activity = makeQueueActivity();

  const answerTo = async (
    headers: IncomingHttpHeaders,
    body: unknown,
    disconnected: AbortSignal,
  ): Promise<Answer> => {
    const target = headers["x-amz-target"];
    const denial = denies(headers, permissionsForSqs(target, body));
    if (denial !== undefined) return errorAnswer({ code: "AccessDenied", message: denial });
    const post = (request: unknown) => fauxqs.post(headers, request);
    switch (target) {
      case "AmazonSQS.ReceiveMessage":
        return longPoll(post, body, (signal) => activity.wait(queueOf(body), signal), disconnected);
      case "AmazonSQS.SendMessage": {
        const bad = badIdentifierOf(body);
        return bad ? errorAnswer(bad) : post(body);
      }
      case "AmazonSQS.SendMessageBatch":
        return answerToBatch(post, body);
      case "AmazonSQS.ChangeMessageVisibility":
      case "AmazonSQS.ChangeMessageVisibilityBatch":
        return post(persistent ? delayRelease(body) : body);
      default:
        return post(body);
    }
  };

  return startHttpServer(0, async (request, response) => {
    const disconnected = new AbortController();
    response.once("close", () => disconnected.abort("closed"));
    const body = parseJson(await readBody(request));
    const answer = body === undefined ? notJson : await answerTo(request.headers, body, disconnected.signal);
    if (request.headers["x-amz-target"] !== "AmazonSQS.ReceiveMessage") activity.notify(queueOf(body));
    response.writeHead(answer.statusCode, answer.headers).end(answer.body);
  });
};

/** The queue's name: a URL may have any host. */
const queueOf = (body: unknown): string => {
  const parsed = v.safeParse(queueSchema, body);
  return parsed.success ? parsed.output.QueueUrl.slice(parsed.output.QueueUrl.lastIndexOf("/")) : "";
};

/** Replaces a visibility timeout of 0 with 1 s, in a single request or in each entry of a batch. */
const delayRelease = (body: unknown): unknown =>
  JSON.parse(JSON.stringify(body), (name, value: unknown) =>
    name === "VisibilityTimeout" && value === 0 ? 1 : value,
  );

/** Like SQS, rejects only the invalid entries. */
const answerToBatch = async (post: (body: unknown) => Promise<Answer>, body: unknown): Promise<Answer> => {
  const batch = v.safeParse(batchSchema, body);
  const bad = badIdentifiersByEntry(body);
  if (!batch.success || bad.size === 0) return post(body);
  const failed = [...bad].map(([Id, { code, message }]) => ({
    Id,
    SenderFault: true,
    Code: code,
    Message: message,
  }));
  const Entries = batch.output.Entries.filter(({ Id }) => !bad.has(Id));
  if (Entries.length === 0) return jsonAnswer(200, { Successful: [], Failed: failed });
  const answer = await post({ ...batch.output, Entries });
  if (answer.statusCode !== 200) return answer;
  const rest = v.parse(batchAnswerSchema, JSON.parse(answer.body));
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

const notJson = jsonAnswer(400, {
  __type: "com.amazonaws.sqs#SerializationException",
  message: "the body is not JSON",
});

const parseJson = (body: Buffer): unknown => {
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined;
  }
};
