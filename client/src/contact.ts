import { BotError } from "./bot-error.ts";
import { isJsonObject } from "./json.ts";

/** What a client learns about its bridge, and about `fetch`, from the replies that it gets. */
export interface Contact {
  /** The bridge's base URL. */
  readonly url: string;
  /** Whether anything has ever replied. */
  isReached: boolean;
  /** Whether bodies arrive piece by piece; undefined until a reply shows it. */
  hasStreams: boolean | undefined;
}

export const makeContact = (url: string): Contact => ({ url, isReached: false, hasStreams: undefined });

/** Undefined outside of browsers. */
const pageOrigin = (): unknown => {
  const location: unknown = Reflect.get(globalThis, "location");
  return isJsonObject(location) ? location.origin : undefined;
};

const whatToCheck = (url: string): string => {
  const address = "check that url is the bridge's address, with its stage if it has one";
  const origin = pageOrigin();
  if (origin === undefined) return `${address}, and that the bridge runs`;
  // A browser does not say whether nothing replied, CORS hides the reply, or the request was not sent at all.
  const isBlocked = /^https:/i.test(String(origin)) && /^http:/i.test(url);
  const hint = isBlocked ? " (browsers block http on an https page)" : "";
  return `${address}${hint}, and that the bridge runs and has this page's origin, ${origin}, in its setting corsOrigins`;
};

/** What failed, such as ` (ECONNREFUSED)`, in Node; empty elsewhere. */
const reasonIn = (failure: unknown): string => {
  const cause = isJsonObject(failure) ? failure.cause : undefined;
  return isJsonObject(cause) && typeof cause.code === "string" ? ` (${cause.code})` : "";
};

/** The error for no reply. Says what to check if there has never been one. */
export const unreachable = ({ url, isReached }: Contact, cause?: unknown): BotError =>
  new BotError(`no reply from ${url}${reasonIn(cause)}${isReached ? "" : `: ${whatToCheck(url)}`}`, {
    code: "unreachable",
    retryable: true,
    cause,
  });
