import { BotError } from "../../client/src/index.ts";
import { ApiError } from "./api-error.ts";
import { errorTexts } from "./text/errors.ts";

/** Sentences for the statuses of a call that means something else by them than a question does. */
type StatusTexts = Readonly<Record<number, string>>;

const ofBot = (error: BotError, ofCall: StatusTexts): string => {
  const texts = errorTexts.value;
  if (error.retryable && (error.status === 409 || error.status === 429))
    return texts.busy(error.retryAfterMs === undefined ? undefined : Math.ceil(error.retryAfterMs / 1000));
  const known: Readonly<Record<string, string>> = texts.byCode;
  const statuses: StatusTexts = { ...texts.byStatus, ...ofCall };
  return known[error.code] ?? statuses[error.status ?? 0] ?? texts.other(error.message);
};

const ofApi = ({ status, message }: ApiError): string => {
  const texts = errorTexts.value;
  if (status === undefined) return texts.noServer;
  if (status === 502) return texts.noBridge;
  return message;
};

/** Describes an error to the page's user, in the chosen language. */
export const describeError = (error: unknown, ofCall: StatusTexts = {}): string => {
  if (error instanceof BotError) return ofBot(error, ofCall);
  if (error instanceof ApiError) return ofApi(error);
  return errorTexts.value.other(error instanceof Error ? error.message : String(error));
};
