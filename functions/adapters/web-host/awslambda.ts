import type { HostedResponse, ResponseHead } from "./hosted-response.ts";

/**
 * The global of Lambda's Node runtime that a streaming handler uses when its module is imported. A server has no such
 * runtime: import this module before the handler's.
 */
const awslambda = {
  streamifyResponse: <Handler>(handler: Handler): Handler => handler,
  HttpResponseStream: {
    from(stream: HostedResponse, head: ResponseHead): HostedResponse {
      stream.head = head;
      return stream;
    },
  },
};

Object.assign(globalThis, { awslambda });
