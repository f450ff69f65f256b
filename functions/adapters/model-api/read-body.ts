import type { HttpResponse } from "#adapters/http/http-client.ts";
import { readText } from "#adapters/http/read-text.ts";
import type { Clock } from "#core/shared/clock.ts";

export interface ReadBodyPorts {
  readonly clock: Clock;
  /** Aborted when the time is up: its signal ends the call behind the body. */
  readonly ended: AbortController;
}

/**
 * A body as a string, at most `maxBytes` of it; undefined if it does not end within `timeoutMs`, or its connection is cut.
 * Only the time of this body counts: the call may be followed by another under the same `ended`.
 */
export const readBody = async (
  { body }: HttpResponse,
  { maxBytes, timeoutMs }: { readonly maxBytes: number; readonly timeoutMs: number },
  { clock, ended }: ReadBodyPorts,
): Promise<string | undefined> => {
  const read = new AbortController();
  clock.sleep(timeoutMs, read.signal).then(() => read.signal.aborted || ended.abort());
  try {
    return await readText(body, maxBytes);
  } catch {
    return undefined;
  } finally {
    read.abort();
  }
};

/** Errors are short; a proxy's page need not be read whole. */
const maxRefusalBytes = 64 * 1024;

/** The beginning of an error response's body; empty if it does not end within `timeoutMs`, as the status alone is then used. */
export const readRefusal = async (
  response: HttpResponse,
  timeoutMs: number,
  ports: ReadBodyPorts,
): Promise<string> => (await readBody(response, { maxBytes: maxRefusalBytes, timeoutMs }, ports)) ?? "";
