import * as v from "valibot";
import { type Failed, failed, statusFailure } from "#adapters/model-api/failures.ts";
import { lenient } from "#adapters/model-api/lenient.ts";

/** The `code` and `type` of an error, as strings, without those that are missing. */
export type ErrorNames = readonly string[];

const name = lenient(v.pipe(v.union([v.string(), v.number()]), v.transform(String)));
const fields = { code: name, type: name };

interface Fields {
  readonly code?: string | undefined;
  readonly type?: string | undefined;
}

const namesOf = ({ code, type }: Fields): ErrorNames => [code, type].filter((each) => each !== undefined);

/**
 * `error` of a response or of a stream: an object whose `code` is a name (OpenAI) or an HTTP status (OpenRouter, vLLM),
 * or only its message (Ollama).
 */
export const apiError = v.union([
  v.pipe(
    v.string(),
    v.transform((): ErrorNames => []),
  ),
  v.pipe(
    v.object(fields),
    v.transform((error): ErrorNames => namesOf(error)),
  ),
]);

/** FastChat, Mistral and earlier versions of vLLM send the error at the top level instead of in `error`. */
export const bareError = v.pipe(
  v.object({ object: v.literal("error"), ...fields }),
  v.transform((error): ErrorNames => namesOf(error)),
);

const errorBody = v.pipe(
  v.string(),
  v.parseJson(),
  v.union([
    v.pipe(
      v.object({ error: apiError }),
      v.transform(({ error }) => error),
    ),
    bareError,
  ]),
);

const errorNames = (text: string): ErrorNames => {
  const parsed = v.safeParse(errorBody, text);
  return parsed.success ? parsed.output : [];
};

/** A name that is safe to log. Words come first: numbers often only repeat the HTTP status. */
const plainName = (names: ErrorNames): string =>
  names.find((each) => /^[a-z_][\w-]{0,63}$/i.test(each)) ??
  names.find((each) => /^\d{1,9}$/.test(each)) ??
  "unknown";

const overloads = new Set([
  "429",
  "503",
  "529",
  "rate_limit_exceeded",
  "rate_limit_error",
  "overloaded_error",
  "server_overloaded",
]);
/** The account has no credit left: a retry cannot help. */
const isOutOfQuota = (names: ErrorNames): boolean => names.includes("insufficient_quota");

/** An error within a stream, or in a response with status 200. Only an overload is worth a retry. */
export const streamFailure = (names: ErrorNames): Failed => {
  const detail = `error ${plainName(names)}`;
  if (isOutOfQuota(names)) return failed("refused", false, detail);
  return names.some((each) => overloads.has(each))
    ? failed("unavailable", true, detail)
    : failed("model", false, detail);
};

/** Anthropic's status for an overload. */
const overloadStatus = 529;

/** A response other than 2xx. `text`: its body, or the beginning of it. */
export const httpFailure = (status: number, text: string, retryAfterMs: number | undefined): Failed => {
  const names = errorNames(text);
  const detail = `HTTP ${status} ${plainName(names)}`;
  if (isOutOfQuota(names)) return failed("refused", false, detail);
  const failure =
    status === overloadStatus
      ? failed("unavailable", true, detail)
      : (statusFailure(status, detail) ?? failed("refused", false, detail));
  return failure.retryable ? { ...failure, retryAfterMs } : failure;
};
