import { parentPort, workerData } from "node:worker_threads";
import { awslambda, type BufferedHandler, isStreaming, type StreamingHandler } from "./awslambda.ts";
import { routeHosts } from "./host-aliases.ts";
import { lambdaErrorOf } from "./lambda-error.ts";
import type { FromThread, InvocationContext, ThreadData, ToThread } from "./protocol.ts";
import { ResponseStream } from "./response-stream.ts";

/** Runs in a worker thread: one execution environment of a function, one event at a time. */

const port = parentPort;
if (!port) throw new Error("this module must run in a worker thread");
const send = (message: FromThread) => port.postMessage(message);
let chunkTaken = () => {};

const loadHandler = async ({ moduleUrl, exportName }: ThreadData) => {
  const handler: BufferedHandler | StreamingHandler | undefined = (await import(moduleUrl))[exportName];
  if (typeof handler !== "function") throw new Error(`${exportName} is not exported by ${moduleUrl}`);
  return handler;
};

const run = async (handler: BufferedHandler | StreamingHandler, event: unknown, context: unknown) => {
  if (!isStreaming(handler)) {
    // Lambda returns null for values that JSON cannot represent.
    send({ kind: "value", payload: JSON.stringify(await handler(event, context)) ?? "null" });
    return;
  }
  const stream = new ResponseStream((bytes) => {
    const accepted = new Promise<void>((resolve) => {
      chunkTaken = resolve;
    });
    send({ kind: "chunk", bytes });
    return accepted;
  });
  // The runtime also waits for the end of the stream: a handler that never ends it times out.
  const finished = new Promise((resolve, reject) => stream.once("finish", resolve).once("error", reject));
  try {
    await Promise.all([handler(event, stream, context), finished]);
    send({ kind: "streamEnd" });
  } finally {
    // Later writes of a failed handler must not end up in the next event's stream.
    stream.destroy();
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
  port.on("message", (message: ToThread) => {
    if (message.kind === "chunkTaken") return chunkTaken();
    return run(handler, JSON.parse(message.event), contextOf(message.context)).catch((thrown) =>
      send({ kind: "error", error: lambdaErrorOf(thrown) }),
    );
  });
  send({ kind: "ready" });
} catch (thrown) {
  send({ kind: "initFailed", error: lambdaErrorOf(thrown) });
}
