import type { ServerResponse } from "node:http";
import { systemClock } from "#adapters/node/system-clock.ts";
import type { Behaviour } from "./behaviours.ts";

/** The status that the caller gets; undefined if it gets none. */
export const statusOf = (
  { hang, reset, body, redirect, status }: Behaviour,
  otherwise: number,
): number | undefined => {
  if (reset || (hang && body === undefined)) return undefined;
  // A client that follows a 307 sends the event again to the new location.
  return status ?? (redirect === undefined ? otherwise : 307);
};

/** Sends the response that the behaviour describes. */
export const sendAnswer = async (
  response: ServerResponse,
  { delayMs = 0, reset, hang, redirect, headers, body = "" }: Behaviour,
  status: number | undefined,
  closing: AbortSignal,
): Promise<void> => {
  await systemClock.sleep(delayMs, closing);
  if (reset) response.socket?.resetAndDestroy();
  if (status === undefined) return;
  response.writeHead(status, { ...headers, ...(redirect !== undefined && { location: redirect }) });
  if (hang) response.write(body);
  else response.end(body);
};
