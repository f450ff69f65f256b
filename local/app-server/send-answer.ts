import type { ServerResponse } from "node:http";
import { systemClock } from "#adapters/node/system-clock.ts";
import type { Behaviour } from "./behaviours.ts";

/** The status that the caller sees; undefined where it sees none. */
export const statusOf = (
  { hang, reset, body, redirect, status }: Behaviour,
  otherwise: number,
): number | undefined => {
  if (reset || (hang && body === undefined)) return undefined;
  // 307 is the one by which a caller that follows would send the event itself elsewhere.
  return status ?? (redirect === undefined ? otherwise : 307);
};

/** Answers in the behaviour's way. */
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
