import * as v from "valibot";
import { BotError } from "../../../../../client/src/index.ts";
import { callApi } from "../../../api.ts";
import type { Call } from "../command/call.ts";

/**
 * Makes a signed call through the console's server, which also turns the fields of a form into one. The reply is for the user to
 * read.
 */
export const sendSigned = ({ path, body = { json: {} } }: Call, signal: AbortSignal): Promise<unknown> =>
  callApi(path, "json" in body ? body.json : body.form, v.unknown(), signal);

const readJson = async (response: Response): Promise<unknown> => {
  try {
    return await response.json();
  } catch (cause) {
    throw new BotError("the reply is not JSON", { code: "not_a_bridge", retryable: false, cause });
  }
};

/** Calls the bridge from this browser, as a client does. @throws BotError, like the client library */
export const fetchBridge = async (url: string, signal: AbortSignal): Promise<unknown> => {
  const response = await fetch(url, { signal }).catch((cause: unknown) => {
    signal.throwIfAborted();
    throw new BotError("no reply", { code: "unreachable", retryable: true, cause });
  });
  return readJson(response);
};
