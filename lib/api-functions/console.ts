import type { Config } from "../config.ts";
import type { BridgeFunction } from "../constructs/bridge-function.ts";
import { callbackUrlsEnvironment } from "./environments.ts";
import type { ApiFunctionsParts, FunctionFactory } from "./factory.ts";

/** Without the addresses of the API, which is made after its functions (`ApiStack`). */
const consoleEnvironment = (
  {
    issuer,
    clientId,
    scopes,
    groupsClaim,
    allowedEmails,
    allowedGroups,
    sessionHours,
  }: NonNullable<Config["console"]>,
  config: Config,
): Readonly<Record<string, string>> => ({
  OIDC_ISSUER: issuer,
  OIDC_CLIENT_ID: clientId,
  OIDC_SCOPES: scopes.join(","),
  OIDC_GROUPS_CLAIM: groupsClaim,
  ALLOWED_EMAILS: allowedEmails.join(",").toLowerCase(),
  ALLOWED_GROUPS: allowedGroups.join(","),
  SESSION_HOURS: String(sessionHours),
  ...callbackUrlsEnvironment(config),
});

/** Undefined if the stage has no console. */
export const makeConsoleFunction = (
  { appFunction }: FunctionFactory,
  { config }: ApiFunctionsParts,
): BridgeFunction | undefined =>
  config.console &&
  appFunction(
    "Console",
    "console",
    "Serves the console, and signs the calls that its page makes",
    consoleEnvironment(config.console, config),
  );
