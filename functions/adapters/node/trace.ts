import { AsyncLocalStorage } from "node:async_hooks";
import { randomBytes } from "node:crypto";

/** What joins everything that one request causes: its log lines here, its jobs, and the calls to other servers. */
export interface Trace {
  /** As in the reply's header `X-Request-ID`. */
  readonly requestId: string;
  /** Of W3C Trace Context: 32 hex digits. */
  readonly traceId: string;
}

/** Follows asynchronous calls, so that invocations that run at the same time in one process keep their own. */
const storage = new AsyncLocalStorage<Trace>();

export const withTrace = <T>(of: Trace, work: () => T): T => storage.run(of, work);
export const currentTrace = (): Trace | undefined => storage.getStore();

/** `00-<trace id>-<span id>-<flags>` (W3C Trace Context). Version ff and ids of zeros are invalid. */
const traceparent = /^(?!ff)[\da-f]{2}-(?!0{32})([\da-f]{32})-(?!0{16})[\da-f]{16}-[\da-f]{2}(?:$|-)/;

const newId = (bytes: number): string => randomBytes(bytes).toString("hex");

export const newTraceId = (): string => newId(16);

/** The trace id in a `traceparent`; undefined if it is missing or invalid. */
export const traceIdIn = (header: string | undefined): string | undefined =>
  traceparent.exec(header ?? "")?.[1];

/** The `traceparent` of a call that continues the trace. Each call is a span of its own. */
export const toTraceparent = (traceId: string): string => `00-${traceId}-${newId(8)}-01`;

/** The header of a call to another server, in the current trace. */
export const traceHeaders = (): { traceparent?: string } => {
  const current = currentTrace();
  return current ? { traceparent: toTraceparent(current.traceId) } : {};
};
