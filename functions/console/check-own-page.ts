import { callerError } from "#core/shared/errors.ts";
import type { ConsoleRequest } from "./console-request.ts";

const json = /^application\/json(?:\s*;\s*charset=utf-8)?$/i;

/**
 * Checks that a page of this console sent the request (CSRF). Browsers set the origin of each POST, and pages cannot change it; they
 * ask before they send JSON to another origin, and this server does not allow it.
 * @throws BridgeError `forbidden`.
 */
export const checkOwnPage = ({ headers, addresses }: Pick<ConsoleRequest, "headers" | "addresses">): void => {
  if (!json.test(headers["content-type"] ?? ""))
    throw callerError("forbidden", "content-type: must be application/json");
  const { origin } = new URL(addresses.consoleUrl);
  const isOwn = headers.origin === origin && (headers["sec-fetch-site"] ?? "same-origin") === "same-origin";
  if (!isOwn)
    throw callerError("forbidden", `origin: must be ${origin}, only the console page may send this`);
};
