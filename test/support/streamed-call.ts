import type { APIGatewayProxyEvent } from "aws-lambda";
import * as v from "valibot";
import { awslambda } from "../../local/aws/lambda/awslambda.ts";
import { ResponseStream } from "../../local/aws/lambda/response-stream.ts";
import { lambdaContext } from "../unit/adapters/api-gateway/proxy-event.ts";

// Lambda's runtime defines it before a handler's module is imported.
Object.assign(globalThis, { awslambda });

const prelude = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({ statusCode: v.number(), headers: v.record(v.string(), v.string()) }),
);

/** Eight of them separate a reply's head from its body. */
const nulls = Buffer.alloc(8);

/** A reply as it arrives. */
export interface StreamedReply {
  /** Whether its head was sent. */
  readonly hasBegun: () => boolean;
  readonly head: () => v.InferOutput<typeof prelude>;
  readonly text: () => string;
  readonly json: () => unknown;
  /** Settles when the function's handler does. */
  readonly done: Promise<unknown>;
  readonly isDone: () => boolean;
  /** Stops reading from now on. */
  readonly stopReading: () => void;
}

type StreamedHandler = (event: APIGatewayProxyEvent, stream: never, context: never) => unknown;

/** Calls a streaming handler as Lambda's runtime does. */
export const callStreamed = (
  handler: unknown,
  event: APIGatewayProxyEvent,
  leftMs = 900_000,
): StreamedReply => {
  const chunks: Buffer[] = [];
  let isStalled = false;
  let isDone = false;
  const stream = new ResponseStream(async (bytes) => {
    chunks.push(Buffer.from(bytes));
    if (isStalled) await new Promise(() => {});
  });
  const context = { ...lambdaContext, getRemainingTimeInMillis: () => leftMs };
  const done = Promise.resolve(
    (handler as StreamedHandler)(event, stream as never, context as never),
  ).finally(() => {
    isDone = true;
  });
  const parts = (): [Buffer, Buffer] => {
    const all = Buffer.concat(chunks);
    const at = all.indexOf(nulls);
    return at < 0 ? [all, Buffer.alloc(0)] : [all.subarray(0, at), all.subarray(at + nulls.length)];
  };
  const text = (): string => parts()[1].toString("utf8");
  return {
    hasBegun: () => chunks.length > 0,
    head: () => v.parse(prelude, parts()[0].toString("utf8")),
    text,
    json: () => JSON.parse(text()),
    done,
    isDone: () => isDone,
    stopReading: () => {
      isStalled = true;
    },
  };
};
