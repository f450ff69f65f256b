import { parentPort, workerData } from "node:worker_threads";
import { awslambda, type BufferedHandler, isStreaming, type StreamingHandler } from "./awslambda.ts";
import { routeHosts } from "./host-aliases.ts";
import { lambdaErrorOf } from "./lambda-error.ts";
import type { FromThread, InvocationContext, InvocationMessage, ThreadData, ToThread } from "./protocol.ts";
import { ResponseStream } from "./response-stream.ts";

/** Runs in a worker thread: one execution environment of a function, with as many events at a time as it is sent. */

const port = parentPort;
if (!port) throw new Error("this module must run in a worker thread");
const send = (message: FromThread) => port.postMessage(message);
/** By request id: called when the stream's last chunk was accepted. */
const chunkTaken = new Map<string, () => void>();

const loadHandler = async ({ moduleUrl, exportName }: ThreadData) => {
  const handler: BufferedHandler | StreamingHandler | undefined = (await import(moduleUrl))[exportName];
  if (typeof handler !== "function") throw new Error(`${exportName} is not exported by ${moduleUrl}`);
  return handler;
};

const run = async (
  handler: BufferedHandler | StreamingHandler,
  event: unknown,
  context: InvocationContext,
  send: (message: InvocationMessage) => void,
): Promise<void> => {
  const { awsRequestId } = context;
  if (!isStreaming(handler)) {
    // Lambda returns null for values that JSON cannot represent.
    send({ kind: "value", payload: JSON.stringify(await handler(event, contextOf(context))) ?? "null" });
    return;
  }
  const stream = new ResponseStream((bytes) => {
    const accepted = new Promise<void>((resolve) => chunkTaken.set(awsRequestId, resolve));
    send({ kind: "chunk", bytes });
    return accepted;
  });
  // The runtime also waits for the end of the stream: a handler that never ends it times out.
  const finished = new Promise((resolve, reject) => stream.once("finish", resolve).once("error", reject));
  try {
    await Promise.all([handler(event, stream, contextOf(context)), finished]);
    send({ kind: "streamEnd" });
  } finally {
    // Later writes of a failed handler must not be sent.
    stream.destroy();
    chunkTaken.delete(awsRequestId);
  }
};

const contextOf = ({ deadline, ...context }: InvocationContext) => ({
  ...context,
  callbackWaitsForEmptyEventLoop: true,
  functionVersion: "$LATEST",
  logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
  logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
  getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
});

Object.assign(globalThis, { awslambda });
routeHosts((workerData as ThreadData).hostAliases);
try {
  const handler = await loadHandler(workerData);
  port.on("message", (received: ToThread) => {
    if (received.kind === "chunkTaken") return chunkTaken.get(received.requestId)?.();
    const { event, context } = received;
    const reply = (message: InvocationMessage) =>
      send({ kind: "invocation", requestId: context.awsRequestId, message });
    return run(handler, JSON.parse(event), context, reply).catch((thrown) =>
      reply({ kind: "error", error: lambdaErrorOf(thrown) }),
    );
  });
  send({ kind: "ready" });
} catch (thrown) {
  send({ kind: "initFailed", error: lambdaErrorOf(thrown) });
}
