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

const whatToCheck = (): string => {
  const checks = "check that url is the bridge's address, and that the bridge runs";
  const origin = pageOrigin();
  // A browser does not say whether nothing replied, or CORS hides the reply.
  return origin === undefined
    ? checks
    : `${checks} and has this page's origin, ${origin}, in its setting corsOrigins`;
};

/** The error for no reply. Says what to check if there has never been one. */
export const unreachable = ({ url, isReached }: Contact, cause?: unknown): BotError =>
  new BotError(`no reply from ${url}${isReached ? "" : `: ${whatToCheck()}`}`, {
    code: "unreachable",
    retryable: true,
    cause,
  });
